-- El perfil de los días en mano, también el de los que no tienen una línea.
CREATE OR REPLACE TEMP TABLE dias AS
WITH precios AS (
    -- Cuánto se aleja ese día, en general, lo cobrado de lo que dice el catálogo de hoy.
    SELECT
        fecha, avg(ln(precio_unitario / precio_catalogo)) AS razon, exp(razon) AS veces_catalogo
    FROM lineas
    WHERE precio_unitario > 0 AND precio_catalogo > 0
    GROUP BY fecha
), claves AS (
    SELECT fecha, count(*) AS veces
    FROM lineas
    WHERE factura IS NOT NULL AND linea IS NOT NULL
    GROUP BY fecha, hash(localidad, caja, tipo_documento, factura, linea)
    HAVING count(*) > 1
), repetidas AS (
    SELECT fecha AS dia, sum(veces - 1)::BIGINT AS repetidas FROM claves GROUP BY fecha
), por_linea AS (
    SELECT
        l.*, razon,
        precio_catalogo * veces_catalogo AS esperado,
        trim(tipo_documento) = 'DEV' AS devolucion,
        cantidad < 0 OR total < 0 AS negativa,
        cantidad > 0 OR total > 0 AS positiva,
        -- En coma flotante, que es con margen: así caben también los muy grandes, y cuesta menos.
        abs(cantidad::DOUBLE * precio_unitario) AS monto,
        -- Un precio va redondeado al céntimo: por la cantidad, medio céntimo por unidad.
        0.011 + 0.006 * abs(cantidad)::DOUBLE AS margen,
        -- Cincuenta veces más que lo que dice el catálogo, o quinientas menos.
        precio_unitario < 0 OR (
            precio_unitario > 0 AND precio_catalogo > 0
            AND precio_unitario NOT BETWEEN esperado / 500 AND esperado * 50
        ) AS absurda
    FROM lineas AS l
    LEFT JOIN precios USING (fecha)
), contados AS (
    SELECT
        fecha AS dia,
        count(*) AS lineas,
        sum(total) AS total,
        sum(cantidad) AS cantidad,
        exp(avg(CASE WHEN total <> 0 THEN ln(abs(total)) END)) AS monto_tipico,
        count(*) FILTER (NOT en_catalogo) AS sin_producto,
        count(*) FILTER (hora IS NULL) AS sin_hora,
        count(*) FILTER (abs(subtotal::DOUBLE + impuesto - total) > 0.011) AS no_suman,
        count(*) FILTER (
            abs(monto - abs(total)) > margen AND abs(monto - abs(subtotal)) > margen
        ) AS no_dan,
        count(*) FILTER (negativa AND NOT devolucion) AS negativas,
        count(*) FILTER (positiva AND devolucion) AS devoluciones_positivas,
        count(*) FILTER (precio_unitario = 0 AND cantidad <> 0) AS precio_cero,
        count(*) FILTER (absurda) AS precio_absurdo,
        any_value(razon) AS razon_precios,
        max(precio_unitario) AS precio_mayor,
        histogram(hour(hora)) AS horas,
        histogram(departamento_id) AS departamentos,
        histogram(caja) AS cajas
    FROM por_linea
    GROUP BY fecha
)
SELECT
    getvariable('tienda') AS ubicacion_id, en_mano.dia, coalesce(lineas, 0) AS lineas,
    coalesce(total, 0) AS total, coalesce(cantidad, 0) AS cantidad,
    coalesce(repetidas, 0) AS repetidas,
    contados.* EXCLUDE (dia, lineas, total, cantidad)
FROM (SELECT unnest(getvariable('dias')) AS dia) AS en_mano
LEFT JOIN contados USING (dia)
LEFT JOIN repetidas USING (dia);
