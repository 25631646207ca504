-- Céntimos enteros: la suma es exacta.
SELECT
    l.fecha AS dia,
    COUNT(*) AS filas,
    printf('%.2f', SUM(l.total_centimos) / 100.0) AS total
FROM lineas AS l
WHERE l.fecha >= ? AND l.fecha < ?
GROUP BY l.fecha
