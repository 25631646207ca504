-- Una línea de la API, con sus tres listas de un solo objeto (o el objeto, sin lista). El día es el que dice el POS (fecha);
-- fecha_hora_completa no se usa: puede venir en UTC, que a la noche ya es otro día.
--
-- La API no dice qué impuesto lleva cada monto: subtotal queda vacío. El impuesto y el descuento
-- vienen sin moneda, y son bolívares: con $moneda = 'usd' quedan vacíos, y no mezclados.
WITH sueltas AS (
    SELECT json_transform(linea, '{
        "numero_factura": "VARCHAR", "linea": "VARCHAR", "fecha": "VARCHAR", "hora": "VARCHAR",
        "tasa_usd": "VARCHAR", "es_no_fiscal": "VARCHAR", "tiene_promocion": "VARCHAR",
        "codigo_promocion": "VARCHAR",
        "producto": [{
            "codigo_producto": "VARCHAR", "descripcion_producto": "VARCHAR",
            "marca_producto": "VARCHAR", "modelo_producto": "VARCHAR",
            "categoria_producto": "VARCHAR", "grupo_articulo": "VARCHAR",
            "subgrupo_producto": "VARCHAR", "codigo_barras": "VARCHAR"
        }],
        "cantidad": [{
            "codigo_almacen": "VARCHAR", "nombre_almacen": "VARCHAR",
            "cantidad_vendida": "VARCHAR", "peso_unitario": "VARCHAR",
            "unidad_medida_venta": "VARCHAR", "factor_unidad_medida": "VARCHAR"
        }],
        "financiero": [{
            "costo_unitario_bs": "VARCHAR", "precio_unitario_bs": "VARCHAR",
            "venta_total_bs": "VARCHAR", "costo_total_bs": "VARCHAR",
            "costo_unitario_usd": "VARCHAR", "precio_unitario_usd": "VARCHAR",
            "venta_total_usd": "VARCHAR", "costo_total_usd": "VARCHAR",
            "impuesto_porcentaje": "VARCHAR", "impuesto_monto": "VARCHAR",
            "porcentaje_descuento": "VARCHAR", "monto_descuento": "VARCHAR"
        }]
    }') AS l, json_type(linea, '$.producto') AS que
    FROM (SELECT en_lista(linea, ['producto', 'cantidad', 'financiero']) AS linea FROM lineas)
),
abiertas AS (
    SELECT l, que, l.producto[1] AS p, l.cantidad[1] AS c, l.financiero[1] AS f, $moneda = 'usd' AS usd
    FROM sueltas
)
SELECT
    coalesce(CAST(dia(l.fecha) AS VARCHAR), l.fecha) AS fecha,
    p.codigo_producto AS producto_id,
    medida(c.cantidad_vendida) AS cantidad,
    dinero(CASE WHEN usd THEN f.precio_unitario_usd ELSE f.precio_unitario_bs END)
        AS precio_unitario,
    dinero(CASE WHEN usd THEN f.venta_total_usd ELSE f.venta_total_bs END) AS total,
    CASE WHEN NOT usd THEN dinero(f.impuesto_monto) END AS impuesto,
    l.numero_factura AS factura,
    regexp_replace(l.linea, '\.0+$', '') AS linea,
    CASE
        WHEN regexp_full_match(l.hora, '\d{1,2}:\d\d') THEN l.hora || ':00'
        ELSE nullif(split_part(l.hora, '.', 1), '')
    END AS hora,
    coalesce(p.codigo_barras, p.codigo_producto) AS codigo,
    p.descripcion_producto AS descripcion,
    p.marca_producto AS marca,
    p.modelo_producto AS modelo,
    p.categoria_producto AS departamento,
    p.grupo_articulo AS grupo,
    p.subgrupo_producto AS subgrupo,
    medida(c.factor_unidad_medida) AS unidades_bulto,
    medida(c.peso_unitario) AS peso,
    dinero(CASE WHEN usd THEN f.costo_unitario_usd ELSE f.costo_unitario_bs END) AS costo,
    por_ciento(f.impuesto_porcentaje) AS impuesto_porcentaje,
    CASE WHEN p.codigo_producto IS NULL THEN '0' ELSE '1' END AS en_catalogo,
    $moneda AS moneda,
    dinero(l.tasa_usd) AS tasa_usd,
    dinero(f.precio_unitario_bs) AS precio_bs,
    dinero(f.costo_unitario_bs) AS costo_bs,
    dinero(f.venta_total_bs) AS total_bs,
    dinero(f.costo_total_bs) AS costo_total_bs,
    dinero(f.precio_unitario_usd) AS precio_usd,
    dinero(f.costo_unitario_usd) AS costo_usd,
    dinero(f.venta_total_usd) AS total_usd,
    dinero(f.costo_total_usd) AS costo_total_usd,
    c.codigo_almacen AS almacen_id,
    c.nombre_almacen AS almacen,
    p.codigo_barras AS codigo_barras,
    c.unidad_medida_venta AS unidad_medida,
    CASE WHEN logico(l.tiene_promocion) IS DISTINCT FROM '0' THEN l.codigo_promocion END
        AS promocion,
    CASE logico(l.es_no_fiscal) WHEN '0' THEN '1' WHEN '1' THEN '0' ELSE l.es_no_fiscal END
        AS fiscal,
    por_ciento(f.porcentaje_descuento) AS descuento_porcentaje,
    CASE WHEN NOT usd THEN dinero(f.monto_descuento) END AS descuento,
    CASE
        WHEN l.numero_factura IS NULL THEN 'no trae numero_factura'
        WHEN l.linea IS NULL THEN 'no trae linea'
        WHEN len(l.producto) > 1 THEN 'trae ' || len(l.producto) || ' productos'
        WHEN l.producto IS NULL AND que <> 'NULL' THEN 'su producto no es una lista'
        WHEN c IS NULL THEN 'no trae su cantidad'
        WHEN len(l.cantidad) > 1 THEN 'trae ' || len(l.cantidad) || ' cantidades'
        WHEN f IS NULL THEN 'no trae sus montos (financiero)'
        WHEN len(l.financiero) > 1 THEN 'trae ' || len(l.financiero) || ' veces sus montos'
    END AS reparo
FROM abiertas
