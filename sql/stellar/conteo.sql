SELECT
    CAST(t.f_Fecha AS DATE) AS dia,
    COUNT(*) AS filas,
    SUM(CAST(t.Total AS DECIMAL(18, 4))) AS total
FROM VAD20.dbo.MA_TRANSACCION AS t
WHERE t.f_Fecha >= CAST(? AS DATE) AND t.f_Fecha < CAST(? AS DATE)
GROUP BY CAST(t.f_Fecha AS DATE)
