-- Las líneas devueltas, con sus cantidades y montos en positivo aunque el POS los dé en negativo.
SELECT
    fecha,
    hora,
    ubicacion_id,
    tienda,
    tipo_documento,
    factura,
    linea,
    caja,
    codigo,
    producto_id,
    descripcion,
    departamento,
    abs(cantidad) AS unidades,           -- unidades o kilogramos devueltos
    precio_unitario,
    abs(subtotal) AS subtotal,           -- monto devuelto sin impuesto
    abs(total) AS total,                 -- monto devuelto, con impuesto
    moneda
FROM ventas
WHERE es_devolucion
