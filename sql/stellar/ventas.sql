-- Montos cobrados, de la línea; precio y costo del catálogo, como lo que son: los de hoy.
-- f_Fecha da el día y h_Hora la hora (sumarlas cae dos días aparte: la base de h_Hora es 1899-12-30).
-- El filtro va sobre f_Fecha sin funciones, para que su índice sirva. Los anchos de texto son los
-- que reserva el driver por fila: ni TEXT ni IMAGE, ni ningún dato de clientes.
SELECT
    CAST(t.f_Fecha AS DATE) AS fecha,
    CAST(c.c_CodNasa AS VARCHAR(30)) AS producto_id,
    CAST(t.Cantidad AS DECIMAL(18, 3)) AS cantidad,
    CAST(t.Precio AS DECIMAL(18, 4)) AS precio_unitario,
    CAST(t.Total AS DECIMAL(18, 4)) AS total,
    CAST(t.Subtotal AS DECIMAL(18, 4)) AS subtotal,
    CAST(t.Impuesto AS DECIMAL(18, 4)) AS impuesto,
    CAST(t.c_Numero AS VARCHAR(30)) AS factura,
    CAST(t.n_Linea AS INT) AS linea,
    CAST(t.c_Caja AS VARCHAR(10)) AS caja,
    CAST(t.c_Localidad AS VARCHAR(10)) AS localidad,
    CAST(t.c_Concepto AS VARCHAR(5)) AS tipo_documento,
    CONVERT(VARCHAR(8), t.h_Hora, 108) AS hora,
    CAST(t.Codigo AS VARCHAR(30)) AS codigo,
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
FROM VAD20.dbo.MA_TRANSACCION AS t
LEFT JOIN VAD20.dbo.MA_CODIGOS AS c ON c.c_Codigo = t.Codigo
LEFT JOIN VAD20.dbo.MA_PRODUCTOS AS p ON p.c_Codigo = c.c_CodNasa
LEFT JOIN VAD10.dbo.MA_DEPARTAMENTOS AS d ON d.c_codigo = p.c_Departamento
LEFT JOIN VAD10.dbo.MA_GRUPOS AS g ON g.c_codigo = p.c_Grupo
LEFT JOIN VAD10.dbo.MA_SUBGRUPOS AS s ON s.c_codigo = p.c_Subgrupo
WHERE t.f_Fecha >= CAST(? AS DATE) AND t.f_Fecha < CAST(? AS DATE)
