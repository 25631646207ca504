-- titulo: Líneas negativas que no son devolución
-- severidad: aviso
-- significa: Hay más líneas que de costumbre con cantidad o monto negativo en un documento que no es de
--   devolución.
-- que_hacer: Busque esas facturas en la tienda: son anulaciones hechas de otro modo, o devoluciones
--   guardadas con el documento que no es.
SELECT
    fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.codigo, l.cantidad, l.total
FROM lineas AS l
JOIN dias AS d ON d.dia = l.fecha
JOIN usual AS u USING (dia)
WHERE d.negativas > 3 * coalesce(u.negativas, 0.02) * d.lineas
    AND (l.cantidad < 0 OR l.total < 0) AND trim(l.tipo_documento) <> 'DEV'
