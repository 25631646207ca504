-- titulo: Muchas ventas a precio cero
-- severidad: aviso
-- significa: Bastantes más líneas que de costumbre salieron a precio cero.
-- que_hacer: Vea si a esos productos les falta el precio en la tienda. Si es una promoción, no hay nada
--   que hacer.
SELECT
    fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.codigo, l.descripcion, l.cantidad,
    l.total
FROM lineas AS l
JOIN dias AS d ON d.dia = l.fecha
JOIN usual AS u USING (dia)
WHERE d.precio_cero > 3 * coalesce(u.precio_cero, 0.05) * d.lineas + 5
    AND l.precio_unitario = 0 AND l.cantidad <> 0
