-- Con qué versión de estas tablas se hizo la base, y cada una a la que se llevó después.
CREATE TABLE version_esquema (
    version INTEGER,
    aplicada_en TIMESTAMP                -- UTC
);
