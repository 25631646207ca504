-- Un renglón por tienda y día cargado: lo que dijo el origen y lo que quedó aquí.
CREATE TABLE control_dias (
    ubicacion_id VARCHAR,
    dia DATE,
    filas_origen BIGINT,
    total_origen DECIMAL(38,4),
    filas BIGINT,
    total DECIMAL(38,4),
    sin_producto BIGINT,                 -- líneas cuyo producto no está en el catálogo
    extraido_en TIMESTAMP,               -- UTC
    cargado_en TIMESTAMP,                -- UTC
    corrida_id VARCHAR,
    ambiguos BIGINT,                     -- líneas cuyo código lleva a varios productos
    cantidad DECIMAL(38,4),
    subtotal DECIMAL(38,4),
    impuesto DECIMAL(38,4),
    confirmado_en TIMESTAMP              -- UTC; cuándo dijo el origen por última vez que sigue igual
);
