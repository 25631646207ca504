-- Un renglón por código vendido esos días. Precio y costo son los de hoy, como en el catálogo.
-- El código va con sus octetos para que no se junten los que la tienda ve iguales (a y A) y sus
-- líneas traen distintos. Un código que no está en el catálogo también sale, con todo vacío.
SELECT
    CAST(v.Codigo AS VARCHAR(30)) AS codigo,
    CAST(c.c_CodNasa AS VARCHAR(30)) AS producto_id,
    CAST(p.c_Descri AS VARCHAR(100)) AS descripcion,
    CAST(p.c_Marca AS VARCHAR(40)) AS marca,
    CAST(p.c_Modelo AS VARCHAR(40)) AS modelo,
    CAST(p.c_Presenta AS VARCHAR(40)) AS presentacion,
    CAST(p.c_Departamento AS VARCHAR(20)) AS departamento_id,
    CAST(d.c_descripcio AS VARCHAR(60)) AS departamento,
    CAST(p.c_Grupo AS VARCHAR(20)) AS grupo_id,
    CAST(g.c_descripcio AS VARCHAR(60)) AS grupo,
    CAST(p.c_Subgrupo AS VARCHAR(20)) AS subgrupo_id,
    CAST(s.c_descripcio AS VARCHAR(60)) AS subgrupo,
    CAST(p.n_CantiBul AS DECIMAL(18, 3)) AS unidades_bulto,
    CAST(p.n_Peso AS DECIMAL(18, 3)) AS peso,
    CAST(p.n_Volumen AS DECIMAL(18, 3)) AS volumen,
    CAST(p.n_TipoPeso AS INT) AS tipo_peso,
    CAST(p.n_CostoAct AS DECIMAL(18, 4)) AS costo,
    CAST(p.n_Precio1 AS DECIMAL(18, 4)) AS precio_catalogo,
    CAST(p.n_Impuesto1 AS DECIMAL(9, 4)) AS impuesto_porcentaje,
    CAST(p.Text2 AS VARCHAR(40)) AS zona,
    CASE WHEN p.c_Codigo IS NULL THEN 0 ELSE 1 END AS en_catalogo
FROM (
    SELECT DISTINCT t.Codigo, CAST(t.Codigo AS VARBINARY(60)) AS octetos
    FROM VAD20.dbo.MA_TRANSACCION AS t
    WHERE t.f_Fecha >= CAST(? AS DATE) AND t.f_Fecha < CAST(? AS DATE)
) AS v
LEFT JOIN VAD20.dbo.MA_CODIGOS AS c ON c.c_Codigo = v.Codigo
LEFT JOIN VAD20.dbo.MA_PRODUCTOS AS p ON p.c_Codigo = c.c_CodNasa
LEFT JOIN VAD10.dbo.MA_DEPARTAMENTOS AS d ON d.c_codigo = p.c_Departamento
LEFT JOIN VAD10.dbo.MA_GRUPOS AS g ON g.c_codigo = p.c_Grupo
LEFT JOIN VAD10.dbo.MA_SUBGRUPOS AS s ON s.c_codigo = p.c_Subgrupo
