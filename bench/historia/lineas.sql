-- Las líneas reales de `fabrica`, ya unidas con su producto y con las columnas del staging, en orden de
-- venta. La fecha, la localidad y el número de factura los pone cada tienda-mes.
SELECT
    c.c_codnasa::VARCHAR AS producto_id,
    l.cantidad::DECIMAL(18, 3) AS cantidad,
    (l.total / nullif(l.cantidad, 0))::DECIMAL(18, 4) AS precio_unitario,
    l.total::DECIMAL(18, 4) AS total,
    (l.total - l.cobrado)::DECIMAL(18, 4) AS subtotal,
    l.cobrado AS impuesto,
    l.factura::INTEGER AS factura,
    l.linea::INTEGER AS linea,
    l.caja,
    CASE WHEN l.factura % 97 = 0 THEN 'DEV' ELSE 'VEN' END AS tipo_documento,
    date_trunc('second', l.hora)::TIME AS hora,
    l.codigo,
    p.c_descri AS descripcion,
    p.c_marca AS marca,
    p.c_modelo::VARCHAR AS modelo,
    p.c_presenta AS presentacion,
    p.c_departamento AS departamento_id,
    d.c_descripcio AS departamento,
    p.c_grupo AS grupo_id,
    g.c_descripcio AS grupo,
    p.c_subgrupo AS subgrupo_id,
    s.c_descripcio AS subgrupo,
    p.n_cantibul::DECIMAL(18, 3) AS unidades_bulto,
    p.n_peso::DECIMAL(18, 3) AS peso,
    p.n_volumen::DECIMAL(18, 3) AS volumen,
    p.n_tipopeso::INTEGER AS tipo_peso,
    p.n_costoact AS costo,
    p.n_precio1::DECIMAL(18, 4) AS precio_catalogo,
    p.n_impuesto1::DECIMAL(9, 4) AS impuesto_porcentaje,
    p.text2 AS zona,
    p.c_codigo IS NOT NULL AS en_catalogo,
    false AS ambiguo
FROM (
    SELECT *, (total * impuesto / (100 + impuesto))::DECIMAL(18, 4) AS cobrado FROM lineas
) AS l
LEFT JOIN codigos AS c ON c.c_codigo = l.codigo
LEFT JOIN productos AS p ON p.c_codigo = c.c_codnasa
LEFT JOIN departamentos AS d ON d.c_codigo = p.c_departamento
LEFT JOIN grupos AS g ON g.c_codigo = p.c_grupo
LEFT JOIN subgrupos AS s ON s.c_codigo = p.c_subgrupo
ORDER BY l.orden;
