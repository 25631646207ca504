-- La historia, en orden: qué corrida puso o quitó qué días.
SELECT
    corrida_id, ubicacion_id, desde, hasta, coalesce(accion, 'carga'), coalesce(cargado_en, 'epoch')
FROM (
    SELECT NULL::VARCHAR AS accion WHERE false
    UNION ALL BY NAME
    FROM cargas
)
WHERE desde <= hasta
ORDER BY cargado_en;
