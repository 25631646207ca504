-- Redondea cada línea como ventas.sql. Lo que no es un número aquí no suma: allí se dice cuál es.
WITH sueltas AS (
    SELECT json_transform(linea, '{
        "fecha": "VARCHAR",
        "cantidad": [{"cantidad_vendida": "VARCHAR"}],
        "financiero": [{
            "venta_total_bs": "VARCHAR", "venta_total_usd": "VARCHAR", "impuesto_monto": "VARCHAR"
        }]
    }') AS l
    FROM (SELECT en_lista(linea, ['cantidad', 'financiero']) AS linea FROM lineas)
),
abiertas AS (
    SELECT
        dia(l.fecha) AS dia,
        l.cantidad[1].cantidad_vendida AS cantidad,
        CASE WHEN $moneda = 'usd' THEN l.financiero[1].venta_total_usd
            ELSE l.financiero[1].venta_total_bs END AS total,
        CASE WHEN $moneda <> 'usd' THEN l.financiero[1].impuesto_monto END AS impuesto
    FROM sueltas
)
SELECT
    dia,
    count(*) AS filas,
    sum(TRY_CAST(dinero(total) AS DECIMAL(18, 4))) AS total,
    sum(TRY_CAST(medida(cantidad) AS DECIMAL(18, 3))) AS cantidad,
    sum(TRY_CAST(dinero(impuesto) AS DECIMAL(18, 4))) AS impuesto
FROM abiertas
GROUP BY dia
