-- De la versión 3 a la 4: los lugares de la cadena, y de qué textos salieron las vistas.
CREATE TABLE tiendas (
    ubicacion_id VARCHAR,
    nombre VARCHAR,
    tipo VARCHAR,
    apertura DATE,
    activa BOOLEAN,
    en_catalogo BOOLEAN
);
CREATE TABLE definiciones (
    nombre VARCHAR,
    es_vista BOOLEAN,
    huella VARCHAR
);
