-- Lo que da una revisión, por día: cuántas y unos ejemplos. Su texto va entre llaves. Un `dia` con hora
-- es el día, y un renglón que dice valer por cero no es un hallazgo.
WITH "lo que da" AS (
    FROM (SELECT NULL::BIGINT AS cuantas WHERE false)
    UNION ALL BY NAME
    FROM ({consulta}
    )
)
SELECT dia::DATE, sum(coalesce(cuantas, 1))::BIGINT, min("lo que da", 3)
FROM "lo que da"
WHERE list_contains(getvariable('dias'), dia::DATE) AND coalesce(cuantas, 1) <> 0
GROUP BY dia::DATE
ORDER BY dia::DATE;
