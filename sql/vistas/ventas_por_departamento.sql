-- Ventas, devoluciones y margen de cada departamento, por tienda y día. Lee las líneas: filtre por
-- fecha.
SELECT
    fecha,
    ubicacion_id,
    tienda,
    departamento_id,
    departamento,                        -- departamento; vacío, lo que no está en el catálogo
    count(*) AS lineas,                  -- líneas vendidas o devueltas
    sum(cantidad) AS unidades,           -- unidades y kilogramos, juntos
    sum(kilos) AS kilos,                 -- kilogramos, de lo que se sabe cuánto pesa
    coalesce(sum(total) FILTER (NOT es_devolucion), 0)
        AS vendido,                      -- monto vendido, con impuesto
    coalesce(sum(abs(total)) FILTER (es_devolucion), 0)
        AS devuelto,                     -- monto devuelto, con impuesto y en positivo
    vendido - devuelto AS neto,          -- vendido menos devuelto
    sum(costo_total) FILTER (margen IS NOT NULL)
        AS costo,                        -- costo de las líneas con margen
    sum(margen) AS margen,               -- margen de las líneas que lo tienen
    round(100 * sum(margen) / nullif(sum(subtotal) FILTER (margen IS NOT NULL), 0), 2)
        AS margen_porcentaje,            -- margen sobre el subtotal de esas mismas líneas
    max(moneda) AS moneda                -- en qué moneda están los montos de ese día: bs o usd; vacía, en la
                                         -- del POS de la tienda, que no la dice
FROM ventas
GROUP BY fecha, ubicacion_id, tienda, departamento_id, departamento
