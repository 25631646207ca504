-- titulo: Muchos productos que no están en el catálogo
-- severidad: aviso
-- significa: Bastantes más líneas que de costumbre llevan un código que no está en el catálogo de esa
--   tienda. Las ventas están bien; sin producto, no se sabe de qué son.
-- que_hacer: Vea si a la tienda le falta sincronizar su maestro de productos o de códigos. Cuando esté,
--   RangoVentas --recargar de esos días les pone su producto.
SELECT
    dia, d.sin_producto AS cuantas, d.lineas,
    round(100 * d.sin_producto / d.lineas, 1) AS por_ciento,
    round(100 * u.sin_producto, 1) AS usual
FROM dias AS d
JOIN usual AS u USING (dia)
WHERE d.sin_producto > 3 * coalesce(u.sin_producto, 0.1) * d.lineas + 0.01 * d.lineas + 5
