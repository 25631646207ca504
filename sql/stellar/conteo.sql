-- Redondea cada línea como ventas.sql. Lo que allí lleva un reparo, aquí no suma.
SELECT
    CAST(t.f_Fecha AS DATE) AS dia,
    COUNT(*) AS filas,
    SUM(CASE WHEN ABS(t.Total) < 100000000000000 THEN
        CAST(t.Total AS DECIMAL(18, 4)) END) AS total,
    SUM(CASE WHEN ABS(t.Cantidad) < 100000000000000 THEN
        CAST(t.Cantidad AS DECIMAL(18, 3)) END) AS cantidad,
    SUM(CASE WHEN ABS(t.Subtotal) < 100000000000000 THEN
        CAST(t.Subtotal AS DECIMAL(18, 4)) END) AS subtotal,
    SUM(CASE WHEN ABS(t.Impuesto) < 100000000000000 THEN
        CAST(t.Impuesto AS DECIMAL(18, 4)) END) AS impuesto
FROM {base_datos}.dbo.MA_TRANSACCION AS t
WHERE (t.f_Fecha >= CAST(? AS DATE) AND t.f_Fecha < CAST(? AS DATE)) OR t.f_Fecha IS NULL
GROUP BY CAST(t.f_Fecha AS DATE)
