-- SQLite no tiene DECIMAL y guarda cualquier cosa en cualquier columna: los montos van en céntimos y
-- las cantidades en milésimas, enteros, y salen como texto con su exponente (12345e-2), que es exacto,
-- deja vacío lo vacío y no disimula lo que no es un número. Un entero, también como texto: el driver
-- volvería cero un «abc». Los textos, de 256 letras: una más de las que caben, para que se vea.
SELECT
    l.fecha AS fecha,
    substr(p.producto_id, 1, 256) AS producto_id,
    l.cantidad_milesimas || 'e-3' AS cantidad,
    l.precio_centimos || 'e-2' AS precio_unitario,
    l.total_centimos || 'e-2' AS total,
    (l.total_centimos - l.impuesto_centimos) || 'e-2' AS subtotal,
    l.impuesto_centimos || 'e-2' AS impuesto,
    substr(l.factura, 1, 256) AS factura,
    l.linea || '' AS linea,
    substr(l.caja, 1, 256) AS caja,
    substr(l.localidad, 1, 256) AS localidad,
    substr(l.documento, 1, 256) AS tipo_documento,
    l.hora AS hora,
    substr(l.codigo, 1, 256) AS codigo,
    substr(p.descripcion, 1, 256) AS descripcion,
    substr(p.marca, 1, 256) AS marca,
    NULL AS modelo,
    substr(p.presentacion, 1, 256) AS presentacion,
    substr(p.departamento_id, 1, 256) AS departamento_id,
    substr(d.descripcion, 1, 256) AS departamento,
    NULL AS grupo_id,
    NULL AS grupo,
    NULL AS subgrupo_id,
    NULL AS subgrupo,
    p.unidades_bulto || '' AS unidades_bulto,
    NULL AS peso,
    NULL AS volumen,
    p.tipo_peso || '' AS tipo_peso,
    p.costo_centimos || 'e-2' AS costo,
    p.precio_centimos || 'e-2' AS precio_catalogo,
    p.impuesto_porcentaje || '' AS impuesto_porcentaje,
    NULL AS zona,
    CASE WHEN p.producto_id IS NULL THEN 0 ELSE 1 END AS en_catalogo
FROM lineas AS l
LEFT JOIN codigos AS c ON c.codigo = l.codigo
LEFT JOIN productos AS p ON p.producto_id = c.producto_id
LEFT JOIN departamentos AS d ON d.departamento_id = p.departamento_id
WHERE l.fecha >= ? AND l.fecha < ?
