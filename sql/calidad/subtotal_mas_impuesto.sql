-- titulo: Subtotal e impuesto que no suman el total
-- severidad: aviso
-- significa: El subtotal más el impuesto no da el total de la línea, en más líneas que de costumbre.
-- que_hacer: Compare una de esas líneas con su factura. Si allí suma, la consulta del sistema toma una
--   columna por otra: VerificarSistema.
SELECT
    fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.codigo, l.subtotal, l.impuesto,
    l.total
FROM lineas AS l
JOIN dias AS d ON d.dia = l.fecha
JOIN usual AS u USING (dia)
WHERE d.no_suman > 3 * coalesce(u.no_suman, 0.02) * d.lineas
    AND abs(l.subtotal::DOUBLE + l.impuesto - l.total) > 0.011
