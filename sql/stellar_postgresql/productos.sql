-- Lo mismo que sql/stellar/productos.sql; aquí DISTINCT ya distingue cada letra.
SELECT
    CAST(v.codigo AS VARCHAR(256)) AS codigo,
    CASE WHEN c.menor <> c.mayor THEN v.principal END AS principal,
    CAST(COALESCE(e.producto, a.producto, c.menor) AS VARCHAR(256)) AS producto_id,
    CAST(p.descripcion AS VARCHAR(256)) AS descripcion,
    CAST(p.marca AS VARCHAR(256)) AS marca,
    CAST(p.modelo AS VARCHAR(256)) AS modelo,
    CAST(p.presentacion AS VARCHAR(256)) AS presentacion,
    CAST(p.del_departamento AS VARCHAR(256)) AS departamento_id,
    CAST(d.descripcion AS VARCHAR(256)) AS departamento,
    CAST(p.del_grupo AS VARCHAR(256)) AS grupo_id,
    CAST(COALESCE(g.descripcion, h.descripcion) AS VARCHAR(256)) AS grupo,
    CAST(p.del_subgrupo AS VARCHAR(256)) AS subgrupo_id,
    CAST(COALESCE(s.descripcion, r.descripcion) AS VARCHAR(256)) AS subgrupo,
    CAST(trim_scale(round(CAST(p.unidades AS NUMERIC), 3)) AS VARCHAR(40)) AS unidades_bulto,
    CAST(trim_scale(round(CAST(p.peso AS NUMERIC), 3)) AS VARCHAR(40)) AS peso,
    CAST(trim_scale(round(CAST(p.volumen AS NUMERIC), 3)) AS VARCHAR(40)) AS volumen,
    CAST(p.tipo_peso AS VARCHAR(40)) AS tipo_peso,
    CAST(trim_scale(round(CAST(p.costo AS NUMERIC), 4)) AS VARCHAR(40)) AS costo,
    CAST(trim_scale(round(CAST(p.precio AS NUMERIC), 4)) AS VARCHAR(40)) AS precio_catalogo,
    CAST(trim_scale(round(CAST(p.impuesto AS NUMERIC), 4)) AS VARCHAR(40)) AS impuesto_porcentaje,
    CAST(p.zona AS VARCHAR(256)) AS zona,
    CASE WHEN p.codigo IS NULL THEN 0 ELSE 1 END AS en_catalogo,
    CASE WHEN c.menor <> c.mayor AND e.producto IS NULL THEN 1 ELSE 0 END AS ambiguo
FROM (
    SELECT DISTINCT t.codigo, t.principal
    FROM (SELECT CAST(NULL AS VARCHAR(256)) AS cod_principal) AS sin
    CROSS JOIN LATERAL (
        SELECT l.codigo, CAST(cod_principal AS VARCHAR(256)) AS principal
        FROM {ventas}.ma_transaccion AS l
        WHERE l.f_fecha >= CAST(? AS DATE) AND l.f_fecha < CAST(? AS DATE)
    ) AS t
) AS v
LEFT JOIN (
    SELECT k.c_codigo, MIN(k.c_codnasa) AS menor, MAX(k.c_codnasa) AS mayor
    FROM {ventas}.ma_codigos AS k
    GROUP BY k.c_codigo
) AS c ON c.c_codigo = v.codigo
LEFT JOIN LATERAL (
    SELECT q.c_codigo AS producto
    FROM {ventas}.ma_productos AS q
    WHERE c.menor <> c.mayor AND q.c_codigo = v.principal
) AS e ON TRUE
LEFT JOIN LATERAL (
    SELECT MIN(k.c_codnasa) AS producto
    FROM {ventas}.ma_codigos AS k
    INNER JOIN {ventas}.ma_productos AS q ON q.c_codigo = k.c_codnasa
    WHERE c.menor <> c.mayor AND k.c_codigo = v.codigo
) AS a ON TRUE
LEFT JOIN (
    SELECT
        m.c_codigo AS codigo, m.c_descri AS descripcion, m.c_marca AS marca, m.c_modelo AS modelo,
        m.c_presenta AS presentacion, m.c_departamento AS del_departamento, m.c_grupo AS del_grupo,
        m.c_subgrupo AS del_subgrupo, m.n_cantibul AS unidades, m.n_peso AS peso,
        m.n_volumen AS volumen, m.n_tipopeso AS tipo_peso, m.n_costoact AS costo,
        m.n_precio1 AS precio, m.n_impuesto1 AS impuesto, m.text2 AS zona
    FROM {ventas}.ma_productos AS m
) AS p ON p.codigo = COALESCE(e.producto, a.producto, c.menor)
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.ma_departamentos AS x
    GROUP BY x.c_codigo
) AS d ON d.c_codigo = p.del_departamento
LEFT JOIN (
    SELECT x.c_codigo, x.departamento, MIN(x.c_descripcio) AS descripcion
    FROM (SELECT CAST(NULL AS VARCHAR(256)) AS c_departamento) AS sin
    CROSS JOIN LATERAL (
        SELECT y.c_codigo, y.c_descripcio, c_departamento AS departamento
        FROM {maestros}.ma_grupos AS y
    ) AS x
    GROUP BY x.c_codigo, x.departamento
) AS g ON g.c_codigo = p.del_grupo AND g.departamento = p.del_departamento
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.ma_grupos AS x
    GROUP BY x.c_codigo
) AS h ON h.c_codigo = p.del_grupo
LEFT JOIN (
    SELECT x.c_codigo, x.departamento, x.grupo, MIN(x.c_descripcio) AS descripcion
    FROM (
        SELECT
            CAST(NULL AS VARCHAR(256)) AS c_in_departamento,
            CAST(NULL AS VARCHAR(256)) AS c_in_grupo
    ) AS sin
    CROSS JOIN LATERAL (
        SELECT
            y.c_codigo, y.c_descripcio, c_in_departamento AS departamento, c_in_grupo AS grupo
        FROM {maestros}.ma_subgrupos AS y
    ) AS x
    GROUP BY x.c_codigo, x.departamento, x.grupo
) AS s ON s.c_codigo = p.del_subgrupo AND s.departamento = p.del_departamento
    AND s.grupo = p.del_grupo
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.ma_subgrupos AS x
    GROUP BY x.c_codigo
) AS r ON r.c_codigo = p.del_subgrupo
