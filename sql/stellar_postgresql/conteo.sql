SELECT
    CAST(t.f_fecha AS DATE) AS dia,
    COUNT(*) AS filas,
    CAST(SUM(t.total) AS NUMERIC(28, 4)) AS total
FROM vad20.ma_transaccion AS t
WHERE t.f_fecha >= CAST(? AS DATE) AND t.f_fecha < CAST(? AS DATE)
GROUP BY CAST(t.f_fecha AS DATE)
