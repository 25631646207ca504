-- Un renglón por código vendido esos días. Precio y costo son los de hoy, como en el catálogo.
-- El código va con sus octetos para que no se junten los que la tienda ve iguales (a y A) y sus
-- líneas traen distintos. Un código que no está en el catálogo también sale, con todo vacío.
--
-- Si un código lleva a varios productos, es el que dice la línea (ver ventas.sql). Si no lo dice, el
-- que esté en el catálogo y, de ésos, el de menor código; entonces va marcado «ambiguo».
--
-- Un grupo puede estar en varios departamentos: se prefiere el del departamento del producto, y si
-- no lo hay (hay bases con esa columna vacía, o sin ella: «sin» pone las que falten), el del código
-- solo. Las dos bases pueden tener intercalaciones distintas: donde se tocan, la de la conexión.
SELECT
    CAST(v.Codigo AS NVARCHAR(256)) AS codigo,
    CASE WHEN c.menor <> c.mayor THEN v.principal END AS principal,
    CAST(u.producto AS NVARCHAR(256)) AS producto_id,
    CAST(p.descripcion AS NVARCHAR(256)) AS descripcion,
    CAST(p.marca AS NVARCHAR(256)) AS marca,
    CAST(p.modelo AS NVARCHAR(256)) AS modelo,
    CAST(p.presentacion AS NVARCHAR(256)) AS presentacion,
    CAST(p.del_departamento AS NVARCHAR(256)) AS departamento_id,
    CAST(d.descripcion AS NVARCHAR(256)) AS departamento,
    CAST(p.del_grupo AS NVARCHAR(256)) AS grupo_id,
    CAST(COALESCE(g.descripcion, h.descripcion) AS NVARCHAR(256)) AS grupo,
    CAST(p.del_subgrupo AS NVARCHAR(256)) AS subgrupo_id,
    CAST(COALESCE(s.descripcion, r.descripcion) AS NVARCHAR(256)) AS subgrupo,
    CAST(p.unidades AS DECIMAL(38, 3)) AS unidades_bulto,
    CAST(p.peso AS DECIMAL(38, 3)) AS peso,
    CAST(p.volumen AS DECIMAL(38, 3)) AS volumen,
    CAST(p.tipo_peso AS DECIMAL(38, 4)) AS tipo_peso,
    CAST(p.costo AS DECIMAL(38, 4)) AS costo,
    CAST(p.precio AS DECIMAL(38, 4)) AS precio_catalogo,
    CAST(p.impuesto AS DECIMAL(38, 4)) AS impuesto_porcentaje,
    CAST(p.zona AS NVARCHAR(256)) AS zona,
    CASE WHEN p.codigo IS NULL THEN 0 ELSE 1 END AS en_catalogo,
    CASE WHEN c.menor <> c.mayor AND e.producto IS NULL THEN 1 ELSE 0 END AS ambiguo
FROM (
    SELECT DISTINCT
        t.Codigo, t.principal,
        CAST(t.Codigo AS VARBINARY(512)) AS octetos,
        CAST(t.principal AS VARBINARY(512)) AS octetos_del_principal
    FROM (SELECT CAST(NULL AS NVARCHAR(256)) AS Cod_Principal) AS sin
    CROSS APPLY (
        SELECT l.Codigo, CAST(Cod_Principal AS NVARCHAR(256)) AS principal
        FROM {base_datos}.dbo.MA_TRANSACCION AS l
        WHERE l.f_Fecha >= CAST(? AS DATE) AND l.f_Fecha < CAST(? AS DATE)
    ) AS t
) AS v
LEFT JOIN (
    SELECT k.c_Codigo, MIN(k.c_CodNasa) AS menor, MAX(k.c_CodNasa) AS mayor
    FROM {base_datos}.dbo.MA_CODIGOS AS k
    GROUP BY k.c_Codigo
) AS c ON c.c_Codigo = v.Codigo
OUTER APPLY (
    SELECT q.c_Codigo AS producto
    FROM {base_datos}.dbo.MA_PRODUCTOS AS q
    WHERE c.menor <> c.mayor
        AND q.c_Codigo COLLATE DATABASE_DEFAULT = v.principal COLLATE DATABASE_DEFAULT
) AS e
OUTER APPLY (
    SELECT MIN(k.c_CodNasa) AS producto
    FROM {base_datos}.dbo.MA_CODIGOS AS k
    INNER JOIN {base_datos}.dbo.MA_PRODUCTOS AS q ON q.c_Codigo = k.c_CodNasa
    WHERE c.menor <> c.mayor AND k.c_Codigo = v.Codigo
) AS a
CROSS APPLY (
    SELECT COALESCE(
        e.producto COLLATE DATABASE_DEFAULT,
        a.producto COLLATE DATABASE_DEFAULT,
        c.menor COLLATE DATABASE_DEFAULT
    ) AS producto
) AS u
LEFT JOIN (
    SELECT
        m.c_Codigo AS codigo, m.c_Descri AS descripcion, m.c_Marca AS marca, m.c_Modelo AS modelo,
        m.c_Presenta AS presentacion, m.c_Departamento AS del_departamento, m.c_Grupo AS del_grupo,
        m.c_Subgrupo AS del_subgrupo, m.n_CantiBul AS unidades, m.n_Peso AS peso,
        m.n_Volumen AS volumen, m.n_TipoPeso AS tipo_peso, m.n_CostoAct AS costo,
        m.n_Precio1 AS precio, m.n_Impuesto1 AS impuesto, m.Text2 AS zona
    FROM {base_datos}.dbo.MA_PRODUCTOS AS m
) AS p ON p.codigo COLLATE DATABASE_DEFAULT = u.producto
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.dbo.MA_DEPARTAMENTOS AS x
    GROUP BY x.c_codigo
) AS d ON d.c_codigo COLLATE DATABASE_DEFAULT = p.del_departamento COLLATE DATABASE_DEFAULT
LEFT JOIN (
    SELECT x.c_codigo, x.departamento, MIN(x.c_descripcio) AS descripcion
    FROM (SELECT CAST(NULL AS NVARCHAR(256)) AS c_departamento) AS sin
    CROSS APPLY (
        SELECT y.c_codigo, y.c_descripcio, c_departamento AS departamento
        FROM {maestros}.dbo.MA_GRUPOS AS y
    ) AS x
    GROUP BY x.c_codigo, x.departamento
) AS g ON g.c_codigo COLLATE DATABASE_DEFAULT = p.del_grupo COLLATE DATABASE_DEFAULT
    AND g.departamento COLLATE DATABASE_DEFAULT = p.del_departamento COLLATE DATABASE_DEFAULT
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.dbo.MA_GRUPOS AS x
    GROUP BY x.c_codigo
) AS h ON h.c_codigo COLLATE DATABASE_DEFAULT = p.del_grupo COLLATE DATABASE_DEFAULT
LEFT JOIN (
    SELECT x.c_codigo, x.departamento, x.grupo, MIN(x.c_descripcio) AS descripcion
    FROM (
        SELECT
            CAST(NULL AS NVARCHAR(256)) AS c_in_departamento,
            CAST(NULL AS NVARCHAR(256)) AS c_in_grupo
    ) AS sin
    CROSS APPLY (
        SELECT
            y.c_codigo, y.c_descripcio, c_in_departamento AS departamento, c_in_grupo AS grupo
        FROM {maestros}.dbo.MA_SUBGRUPOS AS y
    ) AS x
    GROUP BY x.c_codigo, x.departamento, x.grupo
) AS s ON s.c_codigo COLLATE DATABASE_DEFAULT = p.del_subgrupo COLLATE DATABASE_DEFAULT
    AND s.departamento COLLATE DATABASE_DEFAULT = p.del_departamento COLLATE DATABASE_DEFAULT
    AND s.grupo COLLATE DATABASE_DEFAULT = p.del_grupo COLLATE DATABASE_DEFAULT
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.dbo.MA_SUBGRUPOS AS x
    GROUP BY x.c_codigo
) AS r ON r.c_codigo COLLATE DATABASE_DEFAULT = p.del_subgrupo COLLATE DATABASE_DEFAULT
