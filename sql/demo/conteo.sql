-- Céntimos y milésimas enteros: las sumas son exactas.
SELECT
    date(l.fecha) AS dia,
    COUNT(*) AS filas,
    SUM(l.total_centimos) || 'e-2' AS total,
    SUM(l.cantidad_milesimas) || 'e-3' AS cantidad,
    SUM(l.total_centimos - l.impuesto_centimos) || 'e-2' AS subtotal,
    SUM(l.impuesto_centimos) || 'e-2' AS impuesto
FROM lineas AS l
WHERE (l.fecha >= ? AND l.fecha < ?) OR date(l.fecha) IS NULL
GROUP BY date(l.fecha)
