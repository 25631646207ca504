-- Céntimos y milésimas enteros: las sumas son exactas. Si algo no es un entero, SQLite suma en coma
-- flotante: ese día no tiene una suma, y la lectura dirá qué línea.
SELECT
    s.dia AS dia,
    s.filas AS filas,
    CASE typeof(s.total) WHEN 'real' THEN 'NaN' ELSE s.total || 'e-2' END AS total,
    CASE typeof(s.cantidad) WHEN 'real' THEN 'NaN' ELSE s.cantidad || 'e-3' END AS cantidad,
    CASE typeof(s.subtotal) WHEN 'real' THEN 'NaN' ELSE s.subtotal || 'e-2' END AS subtotal,
    CASE typeof(s.impuesto) WHEN 'real' THEN 'NaN' ELSE s.impuesto || 'e-2' END AS impuesto
FROM (
    SELECT
        date(l.fecha) AS dia,
        COUNT(*) AS filas,
        SUM(l.total_centimos) AS total,
        SUM(l.cantidad_milesimas) AS cantidad,
        SUM(l.total_centimos - l.impuesto_centimos) AS subtotal,
        SUM(l.impuesto_centimos) AS impuesto
    FROM lineas AS l
    WHERE (l.fecha >= ? AND l.fecha < ?) OR date(l.fecha) IS NULL
    GROUP BY date(l.fecha)
) AS s
