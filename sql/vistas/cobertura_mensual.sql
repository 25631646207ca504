-- Por tienda y mes, cuántos días debería tener la base, cuántos tiene y cuántos faltan. Llega hasta
-- el último día que tiene de alguna tienda.
--
-- Es lo de EstadoVentas que la base sabe sola: no lo provisional, que depende de luigi.cfg. Empieza en
-- el primer día con ventas de la cadena, o en la apertura de la tienda si es después. Sin apertura en
-- el catálogo no se deben los días en cero de antes de su primera venta; los de antes que nunca se le
-- pidieron, sí. Una inactiva va de su apertura, o de su primera venta, a la última; de la que ya no está
-- en el catálogo no se sabe su apertura.
WITH historia AS (
    SELECT min(dia) FILTER (filas > 0) AS primero, max(dia) AS ultimo FROM control_dias
),
lugares AS (
    SELECT
        t.ubicacion_id, t.nombre,
        if(t.en_catalogo, t.apertura, NULL) AS abre,
        min(c.dia) FILTER (c.filas > 0) AS primera_venta,
        greatest(coalesce(abre, if(t.activa, NULL, primera_venta)), h.primero) AS desde,
        if(t.activa, max(h.ultimo), max(c.dia) FILTER (c.filas > 0)) AS hasta
    FROM tiendas AS t
    CROSS JOIN historia AS h
    LEFT JOIN control_dias AS c USING (ubicacion_id)
    WHERE t.tipo <> 'distribucion'
    GROUP BY t.ubicacion_id, t.nombre, t.apertura, t.activa, t.en_catalogo, h.primero
),
dias AS (
    SELECT *, unnest(generate_series(desde, hasta, INTERVAL 1 DAY))::DATE AS dia FROM lugares
)
SELECT
    date_trunc('month', d.dia)::DATE
        AS mes,                          -- el mes, por su primer día
    d.ubicacion_id,                      -- tienda, el id del catálogo
    d.nombre AS tienda,                  -- nombre de la tienda
    count(*) AS dias,                    -- días que debería tener
    count(c.dia) AS cargados,            -- días que tiene, conciliados con la tienda
    count(*) FILTER (c.filas = 0)
        AS en_cero,                      -- de los cargados, en los que la tienda dijo no tener ventas
    count(*) - count(c.dia) AS faltan,   -- días que faltan
    count(f.dia) FILTER (c.dia IS NULL)
        AS fallidos,                     -- de los que faltan, los que se intentaron y no se pudieron
    floor(10000.0 * count(c.dia) / count(*)) / 100
        AS cobertura,                    -- cargados de cada cien; 100 sólo si no falta ninguno
    coalesce(sum(c.filas), 0)::BIGINT
        AS lineas,                       -- líneas cargadas
    coalesce(sum(c.total), 0) AS total,  -- monto cargado, con impuesto
    nullif(list_sort(list_distinct(list(coalesce(c.moneda, '')) FILTER (c.filas > 0))), [])
        AS monedas                       -- en qué monedas está ese monto: bs, usd, o una vacía si el POS de la
                                         -- tienda no la dice; con más de una, no es de una moneda
FROM dias AS d
LEFT JOIN control_dias AS c ON c.ubicacion_id = d.ubicacion_id AND c.dia = d.dia
LEFT JOIN dias_fallidos AS f ON f.ubicacion_id = d.ubicacion_id AND f.dia = d.dia
WHERE d.abre IS NOT NULL OR c.filas IS NULL OR c.filas > 0
    OR coalesce(d.dia >= d.primera_venta, true)
GROUP BY mes, d.ubicacion_id, d.nombre
