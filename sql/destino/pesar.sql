-- Cuánto tiene la base: sus días, sus filas y su monto según el control, y las filas que hay.
SELECT
    count(*), sum(filas), sum(total), min(dia), max(dia),
    (SELECT count(*) FROM ventas_raw)
FROM control_dias;
