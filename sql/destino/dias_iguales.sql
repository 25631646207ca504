-- De los días de esta tienda, cuántos tienen también las demás, y cuántos iguales al céntimo.
SELECT
    o.ubicacion_id,
    count(*) AS comunes,
    count(*) FILTER (o.filas = m.filas AND o.total = m.total) AS iguales,
    coalesce(sum(m.filas) FILTER (o.filas = m.filas AND o.total = m.total), 0) AS filas_iguales
FROM control_dias AS m
JOIN control_dias AS o ON o.dia = m.dia AND o.ubicacion_id <> m.ubicacion_id
WHERE m.ubicacion_id = $tienda AND m.dia BETWEEN $desde AND $hasta AND m.filas > 0 AND o.filas > 0
GROUP BY o.ubicacion_id
ORDER BY iguales DESC, o.ubicacion_id;
