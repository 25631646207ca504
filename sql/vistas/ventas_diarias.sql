-- Cuánto vendió cada tienda cada día, también los días sin ventas. Sale del control, que la carga
-- concilió con la tienda: no lee las líneas, y es inmediata.
SELECT
    c.dia AS fecha,                      -- día de las ventas
    c.ubicacion_id,
    t.nombre AS tienda,                  -- nombre de la tienda
    c.filas AS lineas,                   -- líneas vendidas o devueltas; 0 si no hubo ventas
    c.cantidad AS unidades,              -- unidades y kilogramos, juntos
    c.subtotal,                          -- monto sin impuesto
    c.impuesto,                          -- impuesto
    c.total,                             -- monto con impuesto, el mismo de EstadoVentas
    c.sin_producto,
    c.ambiguos,
    c.confirmado_en,
    c.pos,
    c.moneda
FROM control_dias AS c
LEFT JOIN tiendas AS t USING (ubicacion_id)
