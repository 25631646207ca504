-- Los días que la última vez no se pudieron cargar, y por qué. Al cargarse salen de aquí.
CREATE TABLE dias_fallidos (
    ubicacion_id VARCHAR,
    dia DATE,
    causa VARCHAR,                       -- qué valor, de qué línea, y qué hacer
    visto_en TIMESTAMP,                  -- UTC
    corrida_id VARCHAR
);
