-- Lo que se sabía de estos días y ya no está. Lo de una revisión que no pudo correr se queda como estaba,
-- y lo que dejó un día sin cargar, mientras no se vuelva a leer.
UPDATE calidad SET resuelto_en = $ahora, resuelto_por = $corrida
WHERE ubicacion_id = getvariable('tienda') AND list_contains(getvariable('dias'), dia)
    AND resuelto_en IS NULL AND NOT list_contains($rotas::VARCHAR[], revision)
    AND ($de_carga OR NOT fuera)
    AND (revision, dia) NOT IN (SELECT (revision, dia) FROM hallados);
