-- Las facturas cuyo total no es la suma de sus líneas, que la API no dice de cuál de estas maneras se
-- hace: en bolívares o en dólares; con impuesto, sin él o ya sin el que lleva; y si el descuento está
-- por restar. Se admite medio céntimo de redondeo por cada monto sumado, y por el total. También la
-- que no dice lo mismo en todas sus líneas; la que no trae total, o trae un monto que no se
-- entiende (ventas.sql lo nombra), no se compara.
WITH sueltas AS (
    SELECT json_transform(linea, '{
        "numero_factura": "VARCHAR", "fecha": "VARCHAR", "total_factura": "VARCHAR",
        "financiero": [{
            "venta_total_bs": "VARCHAR", "venta_total_usd": "VARCHAR", "impuesto_monto": "VARCHAR",
            "impuesto_porcentaje": "VARCHAR", "monto_descuento": "VARCHAR"
        }]
    }') AS l
    FROM (SELECT en_lista(linea, ['financiero']) AS linea FROM lineas)
),
sin_sumar AS (
    SELECT
        dia(l.fecha) AS dia, l.numero_factura AS factura, l.financiero[1] AS f,
        TRY_CAST(dinero(l.total_factura) AS DECIMAL(18, 4)) AS dicho
    FROM sueltas
),
abiertas AS (
    SELECT
        dia, factura, dicho,
        TRY_CAST(dinero(f.venta_total_bs) AS DECIMAL(18, 4)) AS bs,
        TRY_CAST(dinero(f.venta_total_usd) AS DECIMAL(18, 4)) AS usd,
        TRY_CAST(dinero(f.impuesto_monto) AS DECIMAL(18, 4)) AS impuesto,
        TRY_CAST(dinero(f.monto_descuento) AS DECIMAL(18, 4)) AS descuento,
        usd * TRY_CAST(por_ciento(f.impuesto_porcentaje) AS DECIMAL(9, 4)) * 0.01 AS impuesto_usd,
        f IS NULL
        OR (bs IS NULL AND f.venta_total_bs IS NOT NULL)
        OR (usd IS NULL AND f.venta_total_usd IS NOT NULL)
        OR (impuesto IS NULL AND f.impuesto_monto IS NOT NULL) AS ilegible
    FROM sin_sumar
),
sumadas AS (
    SELECT
        dia, factura, min(dicho) AS menor, max(dicho) AS total, coalesce(sum(bs), 0) AS bs,
        coalesce(sum(usd), 0) AS usd, coalesce(sum(impuesto), 0) AS impuesto,
        coalesce(sum(impuesto_usd), 0) AS impuesto_usd, coalesce(sum(descuento), 0) AS descuento,
        0.005 * (2 * count(*) + 1) AS holgura
    FROM abiertas
    GROUP BY dia, factura
    HAVING NOT bool_or(ilegible)
)
SELECT dia, factura, total, CASE WHEN $moneda = 'usd' THEN usd ELSE bs END AS suma
FROM sumadas
WHERE menor <> total OR (
    abs(total - bs) > holgura
    AND abs(total - bs - impuesto) > holgura
    AND abs(total - bs + impuesto) > holgura
    AND abs(total - bs + descuento) > holgura
    AND abs(total - bs + descuento - impuesto) > holgura
    AND abs(total - usd) > holgura
    AND abs(total - usd - impuesto_usd) > holgura
)
ORDER BY dia, factura
