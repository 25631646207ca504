-- La historia: un renglón por carga confirmada. Sólo crece.
CREATE TABLE cargas (
    corrida_id VARCHAR,
    ubicacion_id VARCHAR,
    desde DATE,
    hasta DATE,
    dias INTEGER,
    filas BIGINT,
    total DECIMAL(38,4),
    cargado_en TIMESTAMP                 -- UTC
);
