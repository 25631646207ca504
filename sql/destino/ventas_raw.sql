-- Las ventas, una fila por línea vendida, tal como las tiene la tienda.
--
-- Sin índices ni claves: las filas llegan en orden de fecha y los zone maps de DuckDB hacen el resto.
CREATE TABLE ventas_raw (
    fecha DATE,                          -- día de la venta
    ubicacion_id VARCHAR,                -- tienda, el id del catálogo
    producto_id VARCHAR,                 -- código del producto; vacío si el escaneado no está en el catálogo
    cantidad DECIMAL(18,3),              -- unidades, o kilogramos si se vende por peso; negativa si es devolución
    precio_unitario DECIMAL(18,4),       -- precio cobrado; en qué moneda, éste y los demás, lo dice moneda
    total DECIMAL(18,4),                 -- monto cobrado por la línea, con impuesto
    subtotal DECIMAL(18,4),              -- monto cobrado sin impuesto
    impuesto DECIMAL(18,4),              -- impuesto cobrado
    factura VARCHAR,                     -- número; se repite entre cajas
    linea INTEGER,                       -- línea dentro de la factura
    caja VARCHAR,                        -- caja que la cobró
    localidad VARCHAR,                   -- localidad, como la llama el POS de la tienda
    tipo_documento VARCHAR,              -- VEN, una venta; DEV, una devolución
    hora TIME,                           -- hora de la venta
    codigo VARCHAR,                      -- código escaneado
    descripcion VARCHAR,                 -- descripción del producto el día de la extracción
    marca VARCHAR,                       -- marca del producto
    modelo VARCHAR,                      -- modelo del producto
    presentacion VARCHAR,                -- presentación del producto
    departamento_id VARCHAR,             -- código del departamento
    departamento VARCHAR,                -- departamento del producto
    grupo_id VARCHAR,                    -- código del grupo, dentro del departamento
    grupo VARCHAR,                       -- grupo del producto
    subgrupo_id VARCHAR,                 -- código del subgrupo, dentro del grupo
    subgrupo VARCHAR,                    -- subgrupo del producto
    unidades_bulto DECIMAL(18,3),        -- unidades por bulto
    peso DECIMAL(18,3),                  -- peso de una unidad, según el catálogo
    volumen DECIMAL(18,3),               -- volumen de una unidad, según el catálogo
    tipo_peso INTEGER,                   -- si se vende por peso, según el catálogo: 0, por unidad
    costo DECIMAL(18,4),                 -- costo del catálogo el día de la extracción
    precio_catalogo DECIMAL(18,4),       -- precio del catálogo el día de la extracción, no el cobrado
    impuesto_porcentaje DECIMAL(9,4),    -- impuesto del producto, por ciento
    zona VARCHAR,                        -- zona del anaquel
    en_catalogo BOOLEAN,                 -- si el producto estaba en el catálogo de la tienda
    corrida_id VARCHAR,                  -- corrida que cargó la fila
    ambiguo BOOLEAN,                     -- si su código lleva a varios productos y se tomó uno por regla
    moneda VARCHAR,                      -- en qué están precio_unitario, total, subtotal, impuesto y costo: bs
                                         -- o usd; vacía, en la del POS de la tienda, que no la dice
    tasa_usd DECIMAL(18,4),              -- bolívares por dólar, según el POS, al venderse
    precio_bs DECIMAL(18,4),             -- precio cobrado, en bolívares
    costo_bs DECIMAL(18,4),              -- costo de una unidad, en bolívares
    total_bs DECIMAL(18,4),              -- monto cobrado por la línea, en bolívares, como lo da el POS
    costo_total_bs DECIMAL(18,4),        -- costo de la línea, en bolívares
    precio_usd DECIMAL(18,4),            -- precio cobrado, en dólares
    costo_usd DECIMAL(18,4),             -- costo de una unidad, en dólares
    total_usd DECIMAL(18,4),             -- monto cobrado por la línea, en dólares, como lo da el POS
    costo_total_usd DECIMAL(18,4),       -- costo de la línea, en dólares
    almacen_id VARCHAR,                  -- código del almacén del que salió
    almacen VARCHAR,                     -- almacén del que salió
    codigo_barras VARCHAR,               -- código de barras del producto
    unidad_medida VARCHAR,               -- en qué se vendió: unidad, kilogramo, caja
    promocion VARCHAR,                   -- código de la promoción; vacío si no hubo
    fiscal BOOLEAN,                      -- si el documento es fiscal
    descuento_porcentaje DECIMAL(9,4),   -- descuento, por ciento
    descuento DECIMAL(18,4)              -- monto descontado
);
