-- La historia: un renglón por cada cosa confirmada. Sólo crece.
CREATE TABLE cargas (
    corrida_id VARCHAR,
    ubicacion_id VARCHAR,
    desde DATE,
    hasta DATE,
    dias INTEGER,
    filas BIGINT,
    total DECIMAL(38,4),
    cargado_en TIMESTAMP,                -- UTC
    accion VARCHAR                       -- carga; olvido, si esos días se quitaron; cambio de nombre,
                                         -- si vinieron de una tienda que se llamaba de otro modo
);
