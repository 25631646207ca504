-- De completejourney (transactions, products) a las tablas del POS.
CREATE TABLE precios AS
SELECT product_id, CAST(median(sales_value / nullif(quantity, 0)) AS DECIMAL(18, 4)) AS precio
FROM transactions GROUP BY product_id;

CREATE TABLE surtido AS
SELECT
    p.*, coalesce(x.precio, 1) AS precio,
    dense_rank() OVER (ORDER BY department) AS departamento,
    dense_rank() OVER (ORDER BY product_category) AS grupo,
    dense_rank() OVER (ORDER BY product_type) AS subgrupo
FROM products AS p LEFT JOIN precios AS x USING (product_id);

CREATE VIEW departamentos AS
SELECT DISTINCT lpad(departamento::VARCHAR, 2, '0') AS c_codigo, department AS c_descripcio
FROM surtido;

CREATE VIEW grupos AS
SELECT DISTINCT lpad(grupo::VARCHAR, 4, '0') AS c_codigo, product_category AS c_descripcio
FROM surtido;

CREATE VIEW subgrupos AS
SELECT DISTINCT lpad(subgrupo::VARCHAR, 5, '0') AS c_codigo, product_type AS c_descripcio
FROM surtido;

CREATE VIEW productos AS
SELECT
    product_id AS c_codigo, coalesce(product_type, department) AS c_descri,
    brand || ' ' || manufacturer_id AS c_marca, NULL AS c_modelo, package_size AS c_presenta,
    lpad(departamento::VARCHAR, 2, '0') AS c_departamento, lpad(grupo::VARCHAR, 4, '0') AS c_grupo,
    lpad(subgrupo::VARCHAR, 5, '0') AS c_subgrupo, product_id % 4 * 6 + 1 AS n_cantibul,
    product_id % 40 / 20 AS n_peso, product_id % 30 / 1000 AS n_volumen, departamento % 2 AS n_tipopeso,
    (precio * 0.7)::DECIMAL(18, 4) AS n_costoact, precio AS n_precio1,
    product_id % 2 * 16 AS n_impuesto1, 'PASILLO ' || departamento AS text2
FROM surtido;

-- Uno de cada doscientos códigos escaneados no está en el catálogo: su línea es una venta igual.
CREATE VIEW codigos AS
SELECT '75' || lpad(product_id::VARCHAR, 11, '0') AS c_codigo, product_id AS c_codnasa
FROM surtido WHERE product_id % 200 <> 0;

CREATE TABLE lineas AS
SELECT
    row_number() OVER (ORDER BY transaction_timestamp, basket_id, product_id) - 1 AS orden,
    dense_rank() OVER (ORDER BY basket_id) AS factura,
    row_number() OVER (PARTITION BY basket_id ORDER BY product_id) AS linea,
    DATE '1899-12-30' + CAST(transaction_timestamp AS TIME) AS hora,
    '75' || lpad(product_id::VARCHAR, 11, '0') AS codigo, quantity AS cantidad,
    CAST(sales_value AS DECIMAL(18, 4)) AS total, product_id % 2 * 16 AS impuesto,
    lpad((basket_id % 12 + 1)::VARCHAR, 3, '0') AS caja
FROM transactions;

-- Las líneas de una tienda: las reales, repetidas con otros números de factura si no alcanzan.
CREATE MACRO ventas_de(filas, desde, dias) AS TABLE
SELECT
    lpad((factura + 160000 * vuelta)::VARCHAR, 8, '0') AS c_numero, linea AS n_linea,
    desde + CAST(i * dias // filas AS INTEGER) AS f_fecha, hora AS h_hora, codigo, cantidad,
    (total / nullif(cantidad, 0))::DECIMAL(18, 4) AS precio, total - cobrado AS subtotal,
    cobrado AS impuesto, total, caja AS c_caja, '01' AS c_localidad,
    CASE WHEN factura % 97 = 0 THEN 'DEV' ELSE 'VEN' END AS c_concepto
FROM (
    SELECT
        *, orden + vuelta * (SELECT count(*) FROM lineas) AS i,
        (total * impuesto / (100 + impuesto))::DECIMAL(18, 4) AS cobrado
    FROM lineas CROSS JOIN range(4) AS v (vuelta)
)
WHERE i < filas
ORDER BY i;
