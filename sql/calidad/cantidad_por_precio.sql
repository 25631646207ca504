-- titulo: Montos que no salen de la cantidad y el precio
-- severidad: aviso
-- significa: La cantidad por el precio no da ni el total ni el subtotal de la línea, en más líneas que
--   de costumbre (los descuentos de siempre no cuentan).
-- que_hacer: Compare una de esas líneas con su factura. Si es una promoción nueva, no hay nada que
--   hacer; si no, la tienda guardó mal la cantidad, el precio o el monto.
SELECT
    fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.codigo, l.cantidad,
    l.precio_unitario, l.subtotal, l.total
FROM (
    SELECT
        *, abs(cantidad::DOUBLE * precio_unitario) AS monto,
        0.011 + 0.006 * abs(cantidad)::DOUBLE AS margen
    FROM lineas
) AS l
JOIN dias AS d ON d.dia = l.fecha
JOIN usual AS u USING (dia)
WHERE d.no_dan > 3 * coalesce(u.no_dan, 0.02) * d.lineas
    AND abs(monto - abs(l.total)) > margen AND abs(monto - abs(l.subtotal)) > margen
