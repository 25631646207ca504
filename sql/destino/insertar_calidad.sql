-- Lo que no se sabía.
INSERT INTO calidad BY NAME
SELECT
    h.*, getvariable('tienda') AS ubicacion_id, $ahora AS hallado_en, $corrida AS hallado_por,
    $ahora AS visto_en
FROM hallados AS h
WHERE (revision, dia) NOT IN (
    SELECT (revision, dia) FROM calidad
    WHERE ubicacion_id = getvariable('tienda') AND resuelto_en IS NULL
);
