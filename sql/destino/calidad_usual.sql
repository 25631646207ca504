-- Lo usual en torno a cada día en mano. De las líneas con algo malo, qué parte suelen ser: tres de cada
-- cuatro días tienen ésa o menos. Con menos de catorce días con ventas no se sabe, y queda vacío.
CREATE OR REPLACE TEMP TABLE usual AS
WITH conocidos AS (
    SELECT
        de AS dia,
        count(*) AS dias,
        avg(lineas) AS lineas,
        median(monto_tipico) AS monto_tipico,
        max(precio_mayor) AS precio_mayor,
        median(cardinality(horas)) AS horas,
        quantile_cont(sin_producto / lineas, 0.75) AS sin_producto,
        quantile_cont(sin_hora / lineas, 0.75) AS sin_hora,
        quantile_cont(no_suman / lineas, 0.75) AS no_suman,
        quantile_cont(no_dan / lineas, 0.75) AS no_dan,
        quantile_cont(negativas / lineas, 0.75) AS negativas,
        quantile_cont(precio_cero / lineas, 0.75) AS precio_cero,
        quantile_cont(precio_absurdo / lineas, 0.75) AS precio_absurdo
    FROM referencia
    WHERE lineas > 0
    GROUP BY de
    HAVING count(*) >= 14
)
SELECT
    dia,
    list_has_any(getvariable('feriados'), [dia - 1, dia, dia + 1]) AS feriado,
    conocidos.* EXCLUDE (dia)
FROM dias
LEFT JOIN conocidos USING (dia);
