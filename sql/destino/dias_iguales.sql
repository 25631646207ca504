-- De los días de esta tienda, cuántos tienen también las demás y cuántos iguales al céntimo; lo
-- mismo de los que ya eran definitivos en las dos; y desde y hasta cuándo hay iguales de antes.
SELECT
    ubicacion_id,
    count(*) AS comunes,
    count(*) FILTER (iguales) AS iguales,
    coalesce(sum(filas) FILTER (iguales), 0) AS filas_iguales,
    count(*) FILTER (firmes) AS firmes,
    count(*) FILTER (firmes AND iguales) AS firmes_iguales,
    min(dia) FILTER (iguales AND dia < $carga) AS primero,
    max(dia) FILTER (iguales AND dia < $carga) AS ultimo
FROM (
    SELECT
        o.ubicacion_id, m.dia, m.filas,
        o.filas = m.filas AND o.total = m.total AS iguales,
        least(m.extraido_en, o.extraido_en)::DATE - m.dia > $provisionales AS firmes
    FROM control_dias AS m
    JOIN control_dias AS o ON o.dia = m.dia AND o.ubicacion_id <> m.ubicacion_id
    WHERE m.ubicacion_id = $tienda AND m.dia BETWEEN $desde AND $hasta
        AND m.filas > 0 AND o.filas > 0
)
GROUP BY ubicacion_id
ORDER BY iguales DESC, ubicacion_id;
