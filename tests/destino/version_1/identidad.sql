-- Quién es esta base: los marcadores nombran su base_id y la cadena impide mezclar dos catálogos.
CREATE TABLE identidad (
    base_id VARCHAR,
    cadena VARCHAR,
    creada_en TIMESTAMP                  -- UTC
);
