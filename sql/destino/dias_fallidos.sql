-- Los días que la última vez no se pudieron cargar, y por qué. Al cargarse salen de aquí.
CREATE TABLE dias_fallidos (
    ubicacion_id VARCHAR,                -- tienda, el id del catálogo
    dia DATE,                            -- día de las ventas
    causa VARCHAR,                       -- qué valor, de qué línea, y qué hacer
    visto_en TIMESTAMP,                  -- cuándo se intentó, UTC
    corrida_id VARCHAR                   -- corrida que lo intentó
);
