-- De la versión 4 a la 5: cómo fue cada día, lo que hallan las revisiones de calidad, y los feriados.
CREATE TABLE perfil_dias (
    ubicacion_id VARCHAR,
    dia DATE,
    lineas BIGINT,
    total DECIMAL(38,4),
    cantidad DECIMAL(38,4),
    monto_tipico DOUBLE,
    repetidas BIGINT,
    sin_producto BIGINT,
    sin_hora BIGINT,
    no_suman BIGINT,
    no_dan BIGINT,
    negativas BIGINT,
    devoluciones_positivas BIGINT,
    precio_cero BIGINT,
    precio_absurdo BIGINT,
    razon_precios DOUBLE,
    precio_mayor DECIMAL(18,4),
    horas MAP(BIGINT, BIGINT),
    departamentos MAP(VARCHAR, BIGINT),
    cajas MAP(VARCHAR, BIGINT)
);
CREATE TABLE calidad (
    revision VARCHAR,
    ubicacion_id VARCHAR,
    dia DATE,
    severidad VARCHAR,
    cuantas BIGINT,
    columnas VARCHAR[],
    ejemplos VARCHAR[][],
    fuera BOOLEAN,
    hallado_en TIMESTAMP,
    hallado_por VARCHAR,
    visto_en TIMESTAMP,
    resuelto_en TIMESTAMP,
    resuelto_por VARCHAR
);
CREATE TABLE revisiones (
    revision VARCHAR,
    corrida_id VARCHAR,
    revisado_en TIMESTAMP,
    error VARCHAR
);
CREATE TABLE feriados (
    pais VARCHAR,
    dia DATE,
    nombre VARCHAR
);
