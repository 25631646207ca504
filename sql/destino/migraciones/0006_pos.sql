-- De la versión 5 a la 6: lo que da un POS de una API, en qué moneda están los montos y de qué POS salió
-- cada día. Lo ya cargado no se reescribe: ahí quedan vacías.
ALTER TABLE ventas_raw ADD COLUMN moneda VARCHAR;
ALTER TABLE ventas_raw ADD COLUMN tasa_usd DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN precio_bs DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN costo_bs DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN total_bs DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN costo_total_bs DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN precio_usd DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN costo_usd DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN total_usd DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN costo_total_usd DECIMAL(18,4);
ALTER TABLE ventas_raw ADD COLUMN almacen_id VARCHAR;
ALTER TABLE ventas_raw ADD COLUMN almacen VARCHAR;
ALTER TABLE ventas_raw ADD COLUMN codigo_barras VARCHAR;
ALTER TABLE ventas_raw ADD COLUMN unidad_medida VARCHAR;
ALTER TABLE ventas_raw ADD COLUMN promocion VARCHAR;
ALTER TABLE ventas_raw ADD COLUMN fiscal BOOLEAN;
ALTER TABLE ventas_raw ADD COLUMN descuento_porcentaje DECIMAL(9,4);
ALTER TABLE ventas_raw ADD COLUMN descuento DECIMAL(18,4);
-- El control se rehace, que es pequeño: DuckDB no agrega una columna a una tabla que otro paso de la
-- misma transacción acaba de cambiar.
CREATE TABLE control_con_pos AS SELECT *, NULL::VARCHAR AS pos, NULL::VARCHAR AS moneda FROM control_dias;
DROP TABLE control_dias;
ALTER TABLE control_con_pos RENAME TO control_dias;
