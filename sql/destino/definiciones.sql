-- Con qué textos se hicieron las vistas y los comentarios de esta base: si uno cambia, se rehacen.
CREATE TABLE definiciones (
    nombre VARCHAR,                      -- de la tabla o de la vista
    es_vista BOOLEAN,                    -- falso si es una tabla, de la que sólo se ponen comentarios
    huella VARCHAR                       -- sha256 del texto de su archivo
);
