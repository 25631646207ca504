-- Quién dijo ser el servidor de cada tienda la última vez que se cargó: dos no pueden ser el mismo. Un
-- renglón por cada POS de una tienda que se mudó.
CREATE TABLE origenes (
    ubicacion_id VARCHAR,                -- tienda, el id del catálogo
    identidad VARCHAR,                   -- lo que dice ser su servidor; vacía si su sistema no sabe preguntarlo
    lugar VARCHAR,                       -- host, puerto y base del catálogo; el archivo, o la API
    visto_en TIMESTAMP                   -- cuándo lo dijo, UTC
);
