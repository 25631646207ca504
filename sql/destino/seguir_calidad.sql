-- Lo que ya se sabía y sigue.
UPDATE calidad SET
    severidad = h.severidad, cuantas = h.cuantas, columnas = h.columnas, ejemplos = h.ejemplos,
    fuera = h.fuera, visto_en = $ahora
FROM hallados AS h
WHERE ubicacion_id = getvariable('tienda') AND calidad.dia = h.dia
    AND calidad.revision = h.revision AND resuelto_en IS NULL;
