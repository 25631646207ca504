-- Redondea cada línea como ventas.sql. Las sumas salen como texto: el driver vuelve cero un NaN.
SELECT
    CASE WHEN isfinite(t.f_fecha) THEN CAST(t.f_fecha AS DATE) END AS dia,
    COUNT(*) AS filas,
    CAST(SUM(round(CAST(t.total AS NUMERIC), 4)) AS VARCHAR(60)) AS total,
    CAST(SUM(round(CAST(t.cantidad AS NUMERIC), 3)) AS VARCHAR(60)) AS cantidad,
    CAST(SUM(round(CAST(t.subtotal AS NUMERIC), 4)) AS VARCHAR(60)) AS subtotal,
    CAST(SUM(round(CAST(t.impuesto AS NUMERIC), 4)) AS VARCHAR(60)) AS impuesto
FROM {ventas}.ma_transaccion AS t
WHERE (t.f_fecha >= CAST(? AS DATE) AND t.f_fecha < CAST(? AS DATE))
    OR t.f_fecha IS NULL OR t.f_fecha IN ('infinity', '-infinity')
GROUP BY 1
