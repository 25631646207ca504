-- titulo: Líneas sin hora
-- severidad: aviso
-- significa: Más líneas que de costumbre vienen sin la hora de la venta. El día y el monto están bien.
-- que_hacer: Vea la hora de esas facturas en la tienda. Si allí está, es la consulta del sistema la que
--   la pierde: VerificarSistema.
SELECT fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.total
FROM lineas AS l
JOIN dias AS d ON d.dia = l.fecha
JOIN usual AS u USING (dia)
WHERE d.sin_hora > 3 * coalesce(u.sin_hora, 0) * d.lineas AND l.hora IS NULL
    -- Un sistema que no da la hora no la pierde.
    AND (u.horas > 0 OR d.sin_hora < d.lineas)
