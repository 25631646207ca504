-- La historia, en orden: qué corrida puso o quitó qué días.
SELECT corrida_id, ubicacion_id, desde, hasta, coalesce(accion, 'carga'), cargado_en
FROM (
    SELECT NULL::VARCHAR AS accion WHERE false
    UNION ALL BY NAME
    FROM cargas
)
ORDER BY cargado_en;
