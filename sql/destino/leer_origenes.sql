-- Las demás tiendas con ventas que dicen ser este servidor, y lo que decía antes ésta, en cada sitio.
SELECT o.ubicacion_id, o.identidad, o.lugar
FROM origenes AS o
WHERE o.ubicacion_id = $tienda OR (
    o.identidad = $identidad AND EXISTS (
        SELECT 1 FROM control_dias AS c WHERE c.ubicacion_id = o.ubicacion_id AND c.filas > 0
    )
);
