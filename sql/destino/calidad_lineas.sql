-- Las líneas de los días en mano, ya cargadas.
CREATE OR REPLACE TEMP VIEW lineas AS
FROM ventas_raw
WHERE ubicacion_id = getvariable('tienda') AND fecha BETWEEN getvariable('desde') AND getvariable('hasta')
    AND list_contains(getvariable('dias'), fecha);
