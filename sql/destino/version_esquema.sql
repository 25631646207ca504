-- Con qué versión de estas tablas se hizo la base, y cada una a la que se llevó después.
CREATE TABLE version_esquema (
    version INTEGER,                     -- versión de las tablas
    aplicada_en TIMESTAMP                -- desde cuándo, UTC
);
