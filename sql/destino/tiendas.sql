-- Los lugares de la cadena, como los dice el catálogo; se ponen al día cada vez que se carga.
CREATE TABLE tiendas (
    ubicacion_id VARCHAR,                -- id del lugar en el catálogo
    nombre VARCHAR,                      -- nombre; el id, si ya no está en el catálogo y no se sabe
    tipo VARCHAR,                        -- tienda, mayorista o distribucion (que nunca vende)
    apertura DATE,                       -- primer día en que abrió; vacía si el catálogo no lo dice
    activa BOOLEAN,                      -- si hoy se le piden sus ventas
    en_catalogo BOOLEAN                  -- falso si sólo queda su historia
);
