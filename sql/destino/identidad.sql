-- Quién es esta base: los marcadores nombran su base_id y la cadena impide mezclar dos catálogos.
CREATE TABLE identidad (
    base_id VARCHAR,                     -- identificador único de esta base
    cadena VARCHAR,                      -- nombre de la cadena de tiendas
    creada_en TIMESTAMP                  -- cuándo se creó, UTC
);
