INSERT INTO fluxion_turnos (clave, que, sesion, host, ambito, pid, corrida, vida)
VALUES (%(clave)s, %(que)s, %(sesion)s, %(host)s, %(ambito)s, %(pid)s, %(corrida)s, %(vida)s)
ON CONFLICT (clave) DO UPDATE SET
    que = excluded.que, sesion = excluded.sesion, host = excluded.host, ambito = excluded.ambito, pid = excluded.pid,
    corrida = excluded.corrida, vida = excluded.vida, desde = now(), latido = now()
