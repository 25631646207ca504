-- titulo: Líneas distintas con el mismo número
-- severidad: aviso
-- significa: Hay líneas con la misma caja, documento, factura y número de línea, y que no son iguales.
--   Una caja que volvió a numerar desde cero las deja así, y también una línea guardada dos veces.
-- que_hacer: Busque una de esas facturas en la tienda. Si son dos ventas de verdad, no hay nada que
--   hacer; si no, que la corrijan allí y recargue el día.
WITH repetidas AS (
    SELECT fecha, hash(localidad, caja, tipo_documento, factura, linea) AS clave
    FROM lineas
    JOIN dias AS d ON d.dia = fecha
    WHERE d.repetidas > 0 AND factura IS NOT NULL AND linea IS NOT NULL
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT
    fecha AS dia, count(*) - 1 AS cuantas, localidad, caja, tipo_documento, factura, linea,
    min(total) AS total_menor, max(total) AS total_mayor
FROM lineas
JOIN repetidas USING (fecha)
WHERE hash(localidad, caja, tipo_documento, factura, linea) = clave
GROUP BY ALL
HAVING count(DISTINCT (hora, codigo, cantidad, total)) > 1 OR count(hora) < count(*)
