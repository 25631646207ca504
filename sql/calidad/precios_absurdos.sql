-- titulo: Precios absurdos
-- severidad: aviso
-- significa: Hay líneas con un precio negativo, o que cuestan cincuenta veces más (o quinientas menos) que
--   su producto en el catálogo, descontado cuánto se aleja de él todo lo demás ese día; o veinte veces
--   más que lo más caro que se ha cobrado allí.
-- que_hacer: Busque esa línea en la tienda: suele ser un precio mal tecleado, o un código en lugar de
--   un precio.
SELECT
    fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.codigo, l.descripcion,
    l.precio_unitario, l.precio_catalogo
FROM lineas AS l
JOIN dias AS d ON d.dia = l.fecha
JOIN usual AS u USING (dia)
WHERE (d.precio_absurdo > 3 * coalesce(u.precio_absurdo, 0) * d.lineas AND (
        l.precio_unitario < 0
        OR ln(CASE WHEN l.precio_unitario > 0 AND l.precio_catalogo > 0
              THEN l.precio_unitario / l.precio_catalogo END) - d.razon_precios
            NOT BETWEEN -ln(500) AND ln(50)))
    OR (d.precio_mayor > 20 * u.precio_mayor::DOUBLE
        AND l.precio_unitario > 20 * u.precio_mayor::DOUBLE)
