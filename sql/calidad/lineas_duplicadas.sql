-- titulo: Líneas duplicadas
-- severidad: error
-- significa: Una misma línea está más de una vez, igual en todo: la tienda la guardó dos veces, o su
--   consulta la une con dos renglones. Cargarla contaría esa venta de más.
-- que_hacer: Busque en la tienda una de esas facturas. Si está dos veces, que la corrijan allí, y repita
--   la carga. Si allí está una sola, la consulta del sistema la repite: VerificarSistema.
WITH repetidas AS (
    SELECT fecha, hash(localidad, caja, tipo_documento, factura, linea) AS clave
    FROM lineas
    JOIN dias AS d ON d.dia = fecha
    WHERE d.repetidas > 0 AND factura IS NOT NULL AND linea IS NOT NULL
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT
    fecha AS dia, count(*) - 1 AS cuantas, localidad, caja, tipo_documento, factura, linea, hora,
    codigo, cantidad, total
FROM lineas
JOIN repetidas USING (fecha)
WHERE hash(localidad, caja, tipo_documento, factura, linea) = clave AND hora IS NOT NULL
GROUP BY ALL
HAVING count(*) > 1
