-- Lo mismo que sql/stellar/productos.sql; aquí DISTINCT ya distingue cada letra.
SELECT
    CAST(v.codigo AS VARCHAR(256)) AS codigo,
    v.principal AS principal,
    CAST(COALESCE(e.c_codigo, c.producto) AS VARCHAR(256)) AS producto_id,
    CAST(p.descripcion AS VARCHAR(256)) AS descripcion,
    CAST(p.marca AS VARCHAR(256)) AS marca,
    CAST(p.modelo AS VARCHAR(256)) AS modelo,
    CAST(p.presentacion AS VARCHAR(256)) AS presentacion,
    CAST(p.del_departamento AS VARCHAR(256)) AS departamento_id,
    CAST(d.descripcion AS VARCHAR(256)) AS departamento,
    CAST(p.del_grupo AS VARCHAR(256)) AS grupo_id,
    CAST(g.descripcion AS VARCHAR(256)) AS grupo,
    CAST(p.del_subgrupo AS VARCHAR(256)) AS subgrupo_id,
    CAST(s.descripcion AS VARCHAR(256)) AS subgrupo,
    CAST(round(CAST(p.unidades AS NUMERIC), 3) AS VARCHAR(40)) AS unidades_bulto,
    CAST(round(CAST(p.peso AS NUMERIC), 3) AS VARCHAR(40)) AS peso,
    CAST(round(CAST(p.volumen AS NUMERIC), 3) AS VARCHAR(40)) AS volumen,
    CAST(p.tipo_peso AS BIGINT) AS tipo_peso,
    CAST(round(CAST(p.costo AS NUMERIC), 4) AS VARCHAR(40)) AS costo,
    CAST(round(CAST(p.precio AS NUMERIC), 4) AS VARCHAR(40)) AS precio_catalogo,
    CAST(round(CAST(p.impuesto AS NUMERIC), 4) AS VARCHAR(40)) AS impuesto_porcentaje,
    CAST(p.zona AS VARCHAR(256)) AS zona,
    CASE WHEN p.codigo IS NULL THEN 0 ELSE 1 END AS en_catalogo,
    CASE WHEN v.varios = 1 AND e.c_codigo IS NULL THEN 1 ELSE 0 END AS ambiguo
FROM (
    SELECT DISTINCT
        t.codigo,
        CASE WHEN k.c_codigo IS NULL THEN 0 ELSE 1 END AS varios,
        CASE WHEN k.c_codigo IS NOT NULL THEN t.principal END AS principal
    FROM (SELECT CAST(NULL AS VARCHAR(256)) AS cod_principal) AS sin
    CROSS JOIN LATERAL (
        SELECT l.codigo, CAST(cod_principal AS VARCHAR(256)) AS principal
        FROM {ventas}.ma_transaccion AS l
        WHERE l.f_fecha >= CAST(? AS DATE) AND l.f_fecha < CAST(? AS DATE)
    ) AS t
    LEFT JOIN (
        SELECT c.c_codigo
        FROM {ventas}.ma_codigos AS c
        GROUP BY c.c_codigo
        HAVING MIN(c.c_codnasa) <> MAX(c.c_codnasa)
    ) AS k ON k.c_codigo = t.codigo
) AS v
LEFT JOIN (SELECT m.c_codigo FROM {ventas}.ma_productos AS m) AS e ON e.c_codigo = v.principal
LEFT JOIN LATERAL (
    SELECT c.c_codnasa AS producto
    FROM {ventas}.ma_codigos AS c
    LEFT JOIN {ventas}.ma_productos AS q ON q.c_codigo = c.c_codnasa
    WHERE c.c_codigo = v.codigo
    ORDER BY CASE WHEN q.c_codigo IS NULL THEN 1 ELSE 0 END, c.c_codnasa
    LIMIT 1
) AS c ON TRUE
LEFT JOIN (
    SELECT
        m.c_codigo AS codigo, m.c_descri AS descripcion, m.c_marca AS marca, m.c_modelo AS modelo,
        m.c_presenta AS presentacion, m.c_departamento AS del_departamento, m.c_grupo AS del_grupo,
        m.c_subgrupo AS del_subgrupo, m.n_cantibul AS unidades, m.n_peso AS peso,
        m.n_volumen AS volumen, m.n_tipopeso AS tipo_peso, m.n_costoact AS costo,
        m.n_precio1 AS precio, m.n_impuesto1 AS impuesto, m.text2 AS zona
    FROM {ventas}.ma_productos AS m
) AS p ON p.codigo = COALESCE(e.c_codigo, c.producto)
CROSS JOIN (
    SELECT
        CAST(NULL AS VARCHAR(256)) AS c_departamento, CAST(NULL AS VARCHAR(256)) AS c_in_grupo,
        CAST(NULL AS VARCHAR(256)) AS c_in_departamento
) AS sin
LEFT JOIN LATERAL (
    SELECT x.c_descripcio AS descripcion
    FROM {maestros}.ma_departamentos AS x
    WHERE x.c_codigo = p.del_departamento
    ORDER BY x.c_descripcio
    LIMIT 1
) AS d ON TRUE
LEFT JOIN LATERAL (
    SELECT x.c_descripcio AS descripcion
    FROM {maestros}.ma_grupos AS x
    WHERE x.c_codigo = p.del_grupo
    ORDER BY
        CASE WHEN c_departamento = p.del_departamento THEN 0 ELSE 1 END,
        c_departamento NULLS FIRST, x.c_descripcio
    LIMIT 1
) AS g ON TRUE
LEFT JOIN LATERAL (
    SELECT x.c_descripcio AS descripcion
    FROM {maestros}.ma_subgrupos AS x
    WHERE x.c_codigo = p.del_subgrupo
    ORDER BY
        CASE WHEN c_in_departamento = p.del_departamento THEN 0 ELSE 1 END,
        CASE WHEN c_in_grupo = p.del_grupo THEN 0 ELSE 1 END,
        c_in_departamento NULLS FIRST, c_in_grupo NULLS FIRST, x.c_descripcio
    LIMIT 1
) AS s ON TRUE
