-- Cuántos segundos más puede creer que lo tiene quien se fue sin despedirse. Todo, por el reloj de
-- este servidor.
SELECT greatest(0, vida - greatest(0, extract(epoch FROM now() - latido)))::FLOAT, ambito, pid
FROM fluxion_turnos
WHERE clave = %(clave)s AND sesion <> %(sesion)s
