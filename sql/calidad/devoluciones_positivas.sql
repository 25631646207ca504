-- titulo: Devoluciones que no son negativas
-- severidad: aviso
-- significa: Hay devoluciones con cantidad o monto positivo: suman a las ventas lo que debían restar.
-- que_hacer: Vea una de esas facturas en la tienda. Si su sistema guarda así todas las devoluciones, hay
--   que darles su signo en ventas.sql y conteo.sql, y recargar.
SELECT
    fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.codigo, l.cantidad, l.total
FROM lineas AS l
JOIN dias AS d ON d.dia = l.fecha
WHERE d.devoluciones_positivas > 0
    AND (l.cantidad > 0 OR l.total > 0) AND trim(l.tipo_documento) = 'DEV'
