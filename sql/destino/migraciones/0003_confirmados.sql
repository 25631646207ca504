-- De la versión 2 a la 3: las demás sumas de cada día y cuándo lo confirmó el origen por última vez.
ALTER TABLE control_dias ADD COLUMN cantidad DECIMAL(38,4);
ALTER TABLE control_dias ADD COLUMN subtotal DECIMAL(38,4);
ALTER TABLE control_dias ADD COLUMN impuesto DECIMAL(38,4);
ALTER TABLE control_dias ADD COLUMN confirmado_en TIMESTAMP;
UPDATE control_dias SET cantidad = 0, subtotal = 0, impuesto = 0, confirmado_en = extraido_en;
UPDATE control_dias SET cantidad = v.cantidad, subtotal = v.subtotal, impuesto = v.impuesto
FROM (
    SELECT
        ubicacion_id, fecha, coalesce(sum(cantidad), 0) AS cantidad,
        coalesce(sum(subtotal), 0) AS subtotal, coalesce(sum(impuesto), 0) AS impuesto
    FROM ventas_raw
    GROUP BY ALL
) AS v
WHERE v.ubicacion_id = control_dias.ubicacion_id AND v.fecha = control_dias.dia;
