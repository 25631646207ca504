-- Cuándo corrió por última vez cada revisión de sql/calidad, y qué le pasó si no pudo.
CREATE TABLE revisiones (
    revision VARCHAR,                    -- nombre de su archivo, sin .sql
    corrida_id VARCHAR,                  -- última corrida que la usó
    revisado_en TIMESTAMP,               -- cuándo, UTC
    error VARCHAR                        -- por qué no pudo; vacío si pudo
);
