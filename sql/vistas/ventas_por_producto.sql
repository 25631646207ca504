-- Unidades, precios cobrados y margen de cada producto, por tienda y día. Lee las líneas: filtre por
-- fecha o por producto.
SELECT
    fecha,
    ubicacion_id,
    tienda,
    producto_id,
    max(descripcion) AS descripcion,     -- descripción del producto
    count(*) AS lineas,                  -- líneas vendidas o devueltas
    sum(cantidad) AS unidades,           -- unidades o kilogramos, menos lo devuelto en negativo
    sum(kilos) AS kilos,                 -- kilogramos; vacío si no se sabe cuánto pesa
    coalesce(sum(total) FILTER (NOT es_devolucion), 0)
        AS vendido,                      -- monto vendido, con impuesto
    coalesce(sum(abs(total)) FILTER (es_devolucion), 0)
        AS devuelto,                     -- monto devuelto, con impuesto y en positivo
    vendido - devuelto AS neto,          -- vendido menos devuelto
    min(precio_unitario) FILTER (NOT es_devolucion)
        AS precio_minimo,                -- menor precio cobrado ese día
    max(precio_unitario) FILTER (NOT es_devolucion)
        AS precio_maximo,                -- mayor precio cobrado ese día
    round(sum(precio_unitario * cantidad) FILTER (NOT es_devolucion)
        / nullif(sum(cantidad) FILTER (NOT es_devolucion AND precio_unitario IS NOT NULL), 0), 4)
        AS precio_promedio,              -- precio cobrado, promediado por lo vendido
    max(precio_catalogo)
        AS precio_catalogo,
    max(costo) AS costo,
    sum(margen) AS margen,               -- margen de las líneas que lo tienen
    round(100 * sum(margen) / nullif(sum(subtotal) FILTER (margen IS NOT NULL), 0), 2)
        AS margen_porcentaje,            -- margen sobre el subtotal de esas mismas líneas
    max(moneda) AS moneda                -- en qué moneda están los montos de ese día: bs o usd; vacía, en la
                                         -- del POS de la tienda, que no la dice
FROM ventas
GROUP BY fecha, ubicacion_id, tienda, producto_id
