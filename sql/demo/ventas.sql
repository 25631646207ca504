-- SQLite no tiene DECIMAL: los montos se guardan en céntimos y las cantidades en milésimas, enteros,
-- y salen como texto exacto.
SELECT
    l.fecha AS fecha,
    p.producto_id AS producto_id,
    printf('%.3f', l.cantidad_milesimas / 1000.0) AS cantidad,
    printf('%.2f', l.precio_centimos / 100.0) AS precio_unitario,
    printf('%.2f', l.total_centimos / 100.0) AS total,
    printf('%.2f', (l.total_centimos - l.impuesto_centimos) / 100.0) AS subtotal,
    printf('%.2f', l.impuesto_centimos / 100.0) AS impuesto,
    l.factura AS factura,
    l.linea AS linea,
    l.caja AS caja,
    l.localidad AS localidad,
    l.documento AS tipo_documento,
    l.hora AS hora,
    l.codigo AS codigo,
    p.descripcion AS descripcion,
    p.marca AS marca,
    NULL AS modelo,
    p.presentacion AS presentacion,
    p.departamento_id AS departamento_id,
    d.descripcion AS departamento,
    NULL AS grupo_id,
    NULL AS grupo,
    NULL AS subgrupo_id,
    NULL AS subgrupo,
    printf('%.3f', p.unidades_bulto) AS unidades_bulto,
    NULL AS peso,
    NULL AS volumen,
    p.tipo_peso AS tipo_peso,
    printf('%.2f', p.costo_centimos / 100.0) AS costo,
    printf('%.2f', p.precio_centimos / 100.0) AS precio_catalogo,
    printf('%.2f', p.impuesto_porcentaje) AS impuesto_porcentaje,
    NULL AS zona,
    CASE WHEN p.producto_id IS NULL THEN 0 ELSE 1 END AS en_catalogo
FROM lineas AS l
LEFT JOIN codigos AS c ON c.codigo = l.codigo
LEFT JOIN productos AS p ON p.producto_id = c.producto_id
LEFT JOIN departamentos AS d ON d.departamento_id = p.departamento_id
WHERE l.fecha >= ? AND l.fecha < ?
