-- Lo último que se supo de cada producto vendido: su descripción, su categoría, su precio y su costo.
--
-- El último día que se vendió con descripción; si ese día lo vendieron varias tiendas, decide la de
-- menor id. Primero el último día de cada uno y luego sólo esas líneas: con 8 millones, 0,2 s.
WITH ultimas AS (
    SELECT
        producto_id,
        min(fecha) AS primera_venta,
        max(fecha) AS ultima_venta,
        coalesce(max(fecha) FILTER (descripcion IS NOT NULL), max(fecha)) AS descrito
    FROM ventas_raw
    WHERE producto_id IS NOT NULL
    GROUP BY producto_id
),
vistos AS (
    SELECT
        v.producto_id, u.primera_venta, u.ultima_venta, u.descrito,
        min_by(
            {
                'descripcion': v.descripcion, 'marca': v.marca, 'modelo': v.modelo,
                'presentacion': v.presentacion, 'departamento_id': v.departamento_id,
                'departamento': v.departamento, 'grupo_id': v.grupo_id, 'grupo': v.grupo,
                'subgrupo_id': v.subgrupo_id, 'subgrupo': v.subgrupo,
                'unidades_bulto': v.unidades_bulto, 'peso': v.peso, 'volumen': v.volumen,
                'tipo_peso': v.tipo_peso, 'costo': v.costo, 'precio_catalogo': v.precio_catalogo,
                'impuesto_porcentaje': v.impuesto_porcentaje, 'zona': v.zona,
                'ubicacion_id': v.ubicacion_id, 'moneda': v.moneda
            },
            (v.descripcion IS NULL, v.ubicacion_id)
        ) AS lo
    FROM ventas_raw AS v
    JOIN ultimas AS u ON u.producto_id = v.producto_id AND u.descrito = v.fecha
    GROUP BY v.producto_id, u.primera_venta, u.ultima_venta, u.descrito
)
SELECT
    producto_id,                         -- código del producto
    lo.descripcion,                      -- última descripción conocida
    lo.marca,
    lo.modelo,
    lo.presentacion,
    lo.departamento_id,
    lo.departamento,                     -- último departamento conocido
    lo.grupo_id,
    lo.grupo,
    lo.subgrupo_id,
    lo.subgrupo,
    lo.unidades_bulto,
    lo.peso,
    lo.volumen,
    lo.tipo_peso,
    lo.costo,                            -- último costo conocido del catálogo
    lo.precio_catalogo,                  -- último precio conocido del catálogo, no el cobrado
    lo.impuesto_porcentaje,
    lo.zona,
    primera_venta,                       -- primer día en que se vendió en alguna tienda
    ultima_venta,                        -- último día en que se vendió en alguna tienda
    descrito,                            -- de qué día es lo que aquí se dice de él
    lo.ubicacion_id,                     -- tienda de la que sale lo que aquí se dice de él
    lo.moneda                            -- en qué moneda están ese precio y ese costo: bs o usd; vacía, en la
                                         -- del POS de esa tienda, que no la dice
FROM vistos
