-- Lo que pediría quien une cada línea con su producto en la tienda: las mismas 33 columnas que deja el
-- proyecto, que las pide en dos consultas (ventas.sql y productos.sql).
SELECT
    CAST(t.f_fecha AS DATE) AS fecha,
    CAST(c.c_codnasa AS VARCHAR(30)) AS producto_id,
    CAST(t.cantidad AS NUMERIC(18, 3)) AS cantidad,
    CAST(t.precio AS NUMERIC(18, 4)) AS precio_unitario,
    CAST(t.total AS NUMERIC(18, 4)) AS total,
    CAST(t.subtotal AS NUMERIC(18, 4)) AS subtotal,
    CAST(t.impuesto AS NUMERIC(18, 4)) AS impuesto,
    CAST(t.c_numero AS VARCHAR(30)) AS factura,
    CAST(t.n_linea AS INT) AS linea,
    CAST(t.c_caja AS VARCHAR(10)) AS caja,
    CAST(t.c_localidad AS VARCHAR(10)) AS localidad,
    CAST(t.c_concepto AS VARCHAR(5)) AS tipo_documento,
    CAST(date_trunc('second', t.h_hora) AS TIME(0)) AS hora,
    CAST(t.codigo AS VARCHAR(30)) AS codigo,
    CAST(p.c_descri AS VARCHAR(100)) AS descripcion,
    CAST(p.c_marca AS VARCHAR(40)) AS marca,
    CAST(p.c_modelo AS VARCHAR(40)) AS modelo,
    CAST(p.c_presenta AS VARCHAR(40)) AS presentacion,
    CAST(p.c_departamento AS VARCHAR(20)) AS departamento_id,
    CAST(d.c_descripcio AS VARCHAR(60)) AS departamento,
    CAST(p.c_grupo AS VARCHAR(20)) AS grupo_id,
    CAST(g.c_descripcio AS VARCHAR(60)) AS grupo,
    CAST(p.c_subgrupo AS VARCHAR(20)) AS subgrupo_id,
    CAST(s.c_descripcio AS VARCHAR(60)) AS subgrupo,
    CAST(p.n_cantibul AS NUMERIC(18, 3)) AS unidades_bulto,
    CAST(p.n_peso AS NUMERIC(18, 3)) AS peso,
    CAST(p.n_volumen AS NUMERIC(18, 3)) AS volumen,
    CAST(p.n_tipopeso AS INT) AS tipo_peso,
    CAST(p.n_costoact AS NUMERIC(18, 4)) AS costo,
    CAST(p.n_precio1 AS NUMERIC(18, 4)) AS precio_catalogo,
    CAST(p.n_impuesto1 AS NUMERIC(9, 4)) AS impuesto_porcentaje,
    CAST(p.text2 AS VARCHAR(40)) AS zona,
    CASE WHEN p.c_codigo IS NULL THEN 0 ELSE 1 END AS en_catalogo
FROM vad20.ma_transaccion AS t
LEFT JOIN vad20.ma_codigos AS c ON c.c_codigo = t.codigo
LEFT JOIN vad20.ma_productos AS p ON p.c_codigo = c.c_codnasa
LEFT JOIN vad10.ma_departamentos AS d ON d.c_codigo = p.c_departamento
LEFT JOIN vad10.ma_grupos AS g ON g.c_codigo = p.c_grupo
LEFT JOIN vad10.ma_subgrupos AS s ON s.c_codigo = p.c_subgrupo
WHERE t.f_fecha >= CAST(? AS DATE) AND t.f_fecha < CAST(? AS DATE)
