-- Un día, de otro modo: las columnas tal como están, unidas aquí y sin convertir nada. Se compara
-- con lo cargado para saber si algo cambia en el camino. De un código con varios productos no sale
-- ninguno: ahí decide una regla, y no se compara.
SELECT
    t.f_Fecha AS fecha, t.Cantidad AS cantidad, t.Precio AS precio_unitario, t.Total AS total,
    t.Subtotal AS subtotal, t.Impuesto AS impuesto, t.c_Numero AS factura, t.n_Linea AS linea,
    t.c_Caja AS caja, t.c_Localidad AS localidad, t.c_Concepto AS tipo_documento, t.h_Hora AS hora,
    t.Codigo AS codigo, c.producto AS producto_id, p.c_Descri AS descripcion, p.c_Marca AS marca,
    p.c_Modelo AS modelo, p.c_Presenta AS presentacion, p.c_Departamento AS departamento_id,
    d.descripcion AS departamento, p.c_Grupo AS grupo_id, p.c_Subgrupo AS subgrupo_id,
    p.n_CantiBul AS unidades_bulto, p.n_Peso AS peso, p.n_Volumen AS volumen,
    p.n_TipoPeso AS tipo_peso, p.n_CostoAct AS costo, p.n_Precio1 AS precio_catalogo,
    p.n_Impuesto1 AS impuesto_porcentaje, p.Text2 AS zona
FROM {base_datos}.dbo.MA_TRANSACCION AS t
LEFT JOIN (
    SELECT k.c_Codigo, MIN(k.c_CodNasa) AS producto
    FROM {base_datos}.dbo.MA_CODIGOS AS k
    GROUP BY k.c_Codigo
    HAVING MIN(k.c_CodNasa) = MAX(k.c_CodNasa)
) AS c ON c.c_Codigo = t.Codigo
LEFT JOIN {base_datos}.dbo.MA_PRODUCTOS AS p ON p.c_Codigo = c.producto
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.dbo.MA_DEPARTAMENTOS AS x
    GROUP BY x.c_codigo
) AS d
    ON d.c_codigo COLLATE DATABASE_DEFAULT = p.c_Departamento COLLATE DATABASE_DEFAULT
WHERE t.f_Fecha >= CAST(? AS DATE) AND t.f_Fecha < CAST(? AS DATE)
