-- Un renglón por tienda y día cargado: lo que dijo el origen y lo que quedó aquí.
CREATE TABLE control_dias (
    ubicacion_id VARCHAR,                -- tienda, el id del catálogo
    dia DATE,                            -- día de las ventas
    filas_origen BIGINT,                 -- líneas que la tienda dijo tener
    total_origen DECIMAL(38,4),          -- monto que la tienda dijo tener, con impuesto
    filas BIGINT,                        -- líneas cargadas; 0 si ese día no hubo ventas
    total DECIMAL(38,4),                 -- monto cargado, con impuesto
    sin_producto BIGINT,                 -- líneas cuyo producto no está en el catálogo
    extraido_en TIMESTAMP,               -- cuándo se leyó de la tienda, UTC
    cargado_en TIMESTAMP,                -- cuándo se cargó, UTC
    corrida_id VARCHAR,                  -- corrida que lo cargó
    ambiguos BIGINT,                     -- líneas cuyo código lleva a varios productos
    cantidad DECIMAL(38,4),              -- unidades y kilogramos cargados, juntos
    subtotal DECIMAL(38,4),              -- monto cargado, sin impuesto
    impuesto DECIMAL(38,4),              -- impuesto cargado
    confirmado_en TIMESTAMP,             -- cuándo dijo la tienda por última vez que sigue igual, UTC
    pos VARCHAR,                         -- de qué POS salió: su sistema y dónde está; vacío en lo cargado
                                         -- antes de que se anotara
    moneda VARCHAR                       -- en qué moneda están sus montos: bs o usd; vacía, en la del POS de
                                         -- la tienda, que no la dice
);
