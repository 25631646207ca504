-- titulo: Precios absurdos
-- severidad: aviso
-- significa: Hay líneas con un precio negativo, o que cuestan cincuenta veces más (o quinientas menos) que
--   su producto en el catálogo, descontado cuánto se aleja de él todo lo demás ese día; o veinte veces
--   más que lo más caro que se ha cobrado allí.
-- que_hacer: Busque esa línea en la tienda: suele ser un precio mal tecleado, o un código en lugar de
--   un precio.
WITH raros AS (  -- de los demás días no hay que leer ni una línea
    SELECT
        dia, exp(d.razon_precios) AS veces_catalogo,
        d.precio_absurdo > 3 * coalesce(u.precio_absurdo, 0) * d.lineas AS absurdos,
        CASE WHEN d.precio_mayor > 20 * u.precio_mayor::DOUBLE THEN 20 * u.precio_mayor::DOUBLE
        END AS tope
    FROM dias AS d
    JOIN usual AS u USING (dia)
    WHERE absurdos OR tope IS NOT NULL
)
SELECT
    fecha AS dia, l.caja, l.tipo_documento, l.factura, l.linea, l.codigo, l.descripcion,
    l.precio_unitario, l.precio_catalogo
FROM lineas AS l
JOIN raros AS r ON r.dia = l.fecha
WHERE l.precio_unitario > tope OR (absurdos AND (
    l.precio_unitario < 0 OR (
        l.precio_unitario > 0 AND l.precio_catalogo > 0 AND l.precio_unitario NOT BETWEEN
            l.precio_catalogo * veces_catalogo / 500 AND l.precio_catalogo * veces_catalogo * 50
    )
))
