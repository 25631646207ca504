-- La sesión cortada que este servidor aún no echa en falta. Con su nombre: tras un reinicio, ese
-- número puede ser de otra.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE pid = %(pid)s AND application_name = %(nombre)s
