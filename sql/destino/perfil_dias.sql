-- Cómo fue cada día cargado de cada tienda, contado una vez al cargarlo: de aquí sale lo usual de una
-- tienda sin recorrer sus ventas.
CREATE TABLE perfil_dias (
    ubicacion_id VARCHAR,                -- tienda, el id del catálogo
    dia DATE,                            -- día de las ventas
    lineas BIGINT,                       -- líneas de ese día
    total DECIMAL(38,4),                 -- monto, con impuesto
    cantidad DECIMAL(38,4),              -- unidades y kilogramos, juntos
    monto_tipico DOUBLE,                 -- media geométrica del monto de una línea, sin su signo
    repetidas BIGINT,                    -- líneas con la caja, documento, factura y número de otra
    sin_producto BIGINT,                 -- líneas cuyo producto no está en el catálogo
    sin_hora BIGINT,                     -- líneas sin hora
    no_suman BIGINT,                     -- líneas cuyo subtotal más impuesto no da su total
    no_dan BIGINT,                       -- líneas cuya cantidad por su precio no da ni total ni subtotal
    negativas BIGINT,                    -- líneas negativas de un documento que no es devolución
    devoluciones_positivas BIGINT,       -- líneas de una devolución con cantidad o monto positivo
    precio_cero BIGINT,                  -- líneas con cantidad y sin precio
    precio_absurdo BIGINT,               -- líneas con un precio negativo, o muy lejos del de su catálogo
    razon_precios DOUBLE,                -- logaritmo de cuánto se aleja lo cobrado de lo que dice el catálogo
    precio_mayor DECIMAL(18,4),          -- el mayor precio cobrado
    horas MAP(BIGINT, BIGINT),           -- líneas de cada hora del día
    departamentos MAP(VARCHAR, BIGINT),  -- líneas de cada departamento
    cajas MAP(VARCHAR, BIGINT)           -- líneas de cada caja
);
