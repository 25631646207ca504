-- Las demás tiendas que dicen ser este servidor, y lo que decía antes ésta.
SELECT ubicacion_id, identidad FROM origenes
WHERE identidad = $identidad OR ubicacion_id = $tienda;
