-- La historia: un renglón por cada cosa confirmada. Sólo crece.
CREATE TABLE cargas (
    corrida_id VARCHAR,                  -- corrida que lo hizo
    ubicacion_id VARCHAR,                -- tienda, el id del catálogo
    desde DATE,                          -- primer día
    hasta DATE,                          -- último día, incluido
    dias INTEGER,                        -- cuántos días
    filas BIGINT,                        -- líneas de esos días
    total DECIMAL(38,4),                 -- monto de esos días, con impuesto
    cargado_en TIMESTAMP,                -- cuándo se confirmó, UTC
    accion VARCHAR                       -- carga; olvido, si esos días se quitaron; cambio de nombre,
                                         -- si vinieron de una tienda que se llamaba de otro modo
);
