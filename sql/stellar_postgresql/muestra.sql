-- Lo mismo que sql/stellar/muestra.sql.
SELECT
    t.f_fecha AS fecha, t.cantidad AS cantidad, t.precio AS precio_unitario, t.total AS total,
    t.subtotal AS subtotal, t.impuesto AS impuesto, t.c_numero AS factura, t.n_linea AS linea,
    t.c_caja AS caja, t.c_localidad AS localidad, t.c_concepto AS tipo_documento, t.h_hora AS hora,
    t.codigo AS codigo, c.producto AS producto_id, p.c_descri AS descripcion, p.c_marca AS marca,
    p.c_modelo AS modelo, p.c_presenta AS presentacion, p.c_departamento AS departamento_id,
    d.descripcion AS departamento, p.c_grupo AS grupo_id, p.c_subgrupo AS subgrupo_id,
    p.n_cantibul AS unidades_bulto, p.n_peso AS peso, p.n_volumen AS volumen,
    p.n_tipopeso AS tipo_peso, p.n_costoact AS costo, p.n_precio1 AS precio_catalogo,
    p.n_impuesto1 AS impuesto_porcentaje, p.text2 AS zona
FROM {ventas}.ma_transaccion AS t
LEFT JOIN (
    SELECT k.c_codigo, MIN(k.c_codnasa) AS producto
    FROM {ventas}.ma_codigos AS k
    GROUP BY k.c_codigo
    HAVING MIN(k.c_codnasa) = MAX(k.c_codnasa)
) AS c ON c.c_codigo = t.codigo
LEFT JOIN {ventas}.ma_productos AS p ON p.c_codigo = c.producto
LEFT JOIN (
    SELECT x.c_codigo, MIN(x.c_descripcio) AS descripcion
    FROM {maestros}.ma_departamentos AS x
    GROUP BY x.c_codigo
) AS d ON d.c_codigo = p.c_departamento
WHERE t.f_fecha >= CAST(? AS DATE) AND t.f_fecha < CAST(? AS DATE)
