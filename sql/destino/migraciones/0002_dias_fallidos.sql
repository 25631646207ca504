-- De la versión 1 a la 2: qué días no se pudieron cargar y por qué, quién dice ser cada tienda, las
-- líneas cuyo código lleva a varios productos, y qué se hizo en cada renglón de la historia.
ALTER TABLE ventas_raw ADD COLUMN ambiguo BOOLEAN;
ALTER TABLE control_dias ADD COLUMN ambiguos BIGINT;
ALTER TABLE cargas ADD COLUMN accion VARCHAR;
UPDATE cargas SET accion = 'carga';
CREATE TABLE dias_fallidos (
    ubicacion_id VARCHAR,
    dia DATE,
    causa VARCHAR,
    visto_en TIMESTAMP,
    corrida_id VARCHAR
);
CREATE TABLE origenes (
    ubicacion_id VARCHAR,
    identidad VARCHAR,
    lugar VARCHAR,
    visto_en TIMESTAMP
);
CREATE TABLE version_esquema (
    version INTEGER,
    aplicada_en TIMESTAMP
);
