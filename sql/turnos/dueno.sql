-- Quién lo tiene, y desde hace cuántos segundos.
SELECT host, pid, corrida, extract(epoch FROM now() - desde)::FLOAT
FROM fluxion_turnos
WHERE clave = %(clave)s
