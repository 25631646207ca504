-- Las facturas cuyo total no es la suma de sus líneas: con impuesto o sin él, en bolívares o en
-- dólares, que la API no dice en cuál va. Se admite medio céntimo de redondeo por línea. También la
-- que no dice lo mismo en todas sus líneas; la que no trae total no se compara.
WITH sueltas AS (
    SELECT json_transform(linea, '{
        "numero_factura": "VARCHAR", "fecha": "VARCHAR", "total_factura": "VARCHAR",
        "financiero": [{
            "venta_total_bs": "VARCHAR", "venta_total_usd": "VARCHAR", "impuesto_monto": "VARCHAR"
        }]
    }') AS l
    FROM lineas
),
abiertas AS (
    SELECT
        dia(l.fecha) AS dia,
        l.numero_factura AS factura,
        TRY_CAST(dinero(l.total_factura) AS DECIMAL(18, 4)) AS dicho,
        coalesce(TRY_CAST(dinero(l.financiero[1].venta_total_bs) AS DECIMAL(18, 4)), 0) AS bs,
        coalesce(TRY_CAST(dinero(l.financiero[1].venta_total_usd) AS DECIMAL(18, 4)), 0) AS usd,
        coalesce(TRY_CAST(dinero(l.financiero[1].impuesto_monto) AS DECIMAL(18, 4)), 0) AS impuesto
    FROM sueltas
),
sumadas AS (
    SELECT
        dia, factura, min(dicho) AS menor, max(dicho) AS total, sum(bs) AS bs, sum(usd) AS usd,
        sum(impuesto) AS impuesto, 0.005 * count(*) AS holgura
    FROM abiertas
    GROUP BY dia, factura
)
SELECT dia, factura, total, CASE WHEN $moneda = 'usd' THEN usd ELSE bs END AS suma
FROM sumadas
WHERE menor <> total OR (
    abs(total - bs) > holgura
    AND abs(total - bs - impuesto) > holgura
    AND abs(total - bs + impuesto) > holgura
    AND abs(total - usd) > holgura
)
ORDER BY dia, factura
