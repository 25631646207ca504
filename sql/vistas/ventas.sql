-- Las ventas línea por línea, con el nombre de la tienda, el margen y cuáles son devoluciones.
--
-- Cuánto pesa una línea, si es devolución y cuál es su margen se dicen sólo aquí: las demás vistas
-- parten de ésta.
SELECT
    v.fecha,
    v.hora,
    v.ubicacion_id,
    t.nombre AS tienda,                  -- nombre de la tienda
    v.factura,
    v.linea,
    v.caja,
    v.localidad,
    v.tipo_documento,
    coalesce(trim(v.tipo_documento) = 'DEV' OR v.cantidad < 0, false)
        AS es_devolucion,                -- si el documento es DEV o la cantidad es negativa
    v.codigo,
    v.producto_id,
    v.descripcion,
    v.marca,
    v.modelo,
    v.presentacion,
    v.departamento_id,
    v.departamento,
    v.grupo_id,
    v.grupo,
    v.subgrupo_id,
    v.subgrupo,
    v.cantidad,
    CASE WHEN v.tipo_peso > 0 THEN v.cantidad ELSE v.cantidad * nullif(v.peso, 0) END
        AS kilos,                        -- la cantidad, si se vende por peso; si no, por el peso de
                                         -- una unidad en el catálogo; vacío si no lo dice
    v.precio_unitario,
    v.subtotal,
    v.impuesto,
    v.total,
    v.costo * v.cantidad AS costo_total, -- cantidad por el costo del catálogo el día de la
                                         -- extracción, que puede no ser el del día de la venta
    v.subtotal - v.costo * v.cantidad
        AS margen,                       -- subtotal menos costo_total; vacío si falta uno de los dos
    v.unidades_bulto,
    v.peso,
    v.volumen,
    v.tipo_peso,
    v.costo,
    v.precio_catalogo,
    v.impuesto_porcentaje,
    v.zona,
    v.en_catalogo,
    v.ambiguo,
    v.corrida_id,
    v.moneda,
    v.tasa_usd,
    v.precio_bs,
    v.costo_bs,
    v.total_bs,
    v.costo_total_bs,
    v.precio_usd,
    v.costo_usd,
    v.total_usd,
    v.costo_total_usd,
    v.almacen_id,
    v.almacen,
    v.codigo_barras,
    v.unidad_medida,
    v.promocion,
    v.fiscal,
    v.descuento_porcentaje,
    v.descuento
FROM ventas_raw AS v
LEFT JOIN tiendas AS t USING (ubicacion_id)
