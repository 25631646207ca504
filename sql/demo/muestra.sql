-- Un día, de otro modo: los céntimos se vuelven montos con la división de SQLite.
SELECT
    l.fecha AS fecha, p.producto_id AS producto_id, l.cantidad_milesimas / 1000.0 AS cantidad,
    l.precio_centimos / 100.0 AS precio_unitario, l.total_centimos / 100.0 AS total,
    l.impuesto_centimos / 100.0 AS impuesto, l.factura AS factura, l.linea AS linea,
    l.caja AS caja, l.localidad AS localidad, l.documento AS tipo_documento, l.hora AS hora,
    l.codigo AS codigo, p.descripcion AS descripcion, p.marca AS marca,
    p.presentacion AS presentacion, p.departamento_id AS departamento_id
FROM lineas AS l
LEFT JOIN codigos AS c ON c.codigo = l.codigo
LEFT JOIN productos AS p ON p.producto_id = c.producto_id
WHERE l.fecha >= ? AND l.fecha < ?
