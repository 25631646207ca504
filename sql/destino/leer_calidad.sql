-- Lo que sigue sin resolver.
SELECT
    revision, ubicacion_id, dia, severidad, cuantas, columnas, ejemplos, hallado_en, hallado_por
FROM calidad
WHERE resuelto_en IS NULL
ORDER BY severidad <> 'error', revision, ubicacion_id, dia;
