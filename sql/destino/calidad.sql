-- Lo que hallaron las revisiones de sql/calidad: un renglón por revisión, tienda y día.
CREATE TABLE calidad (
    revision VARCHAR,                    -- nombre de su archivo, sin .sql
    ubicacion_id VARCHAR,                -- tienda, el id del catálogo
    dia DATE,                            -- día de las ventas
    severidad VARCHAR,                   -- error o aviso, cuando se halló por última vez
    cuantas BIGINT,                      -- cuántas cosas malas tiene ese día
    columnas VARCHAR[],                  -- qué dice cada valor de un ejemplo
    ejemplos VARCHAR[][],                -- unas pocas de ellas
    fuera BOOLEAN,                       -- si por esto el día se quedó sin cargar
    hallado_en TIMESTAMP,                -- cuándo se halló por primera vez, UTC
    hallado_por VARCHAR,                 -- corrida que lo halló
    visto_en TIMESTAMP,                  -- cuándo se halló por última vez, UTC
    resuelto_en TIMESTAMP,               -- cuándo se volvió a revisar y ya no estaba, UTC
    resuelto_por VARCHAR                 -- corrida que vio que ya no estaba
);
