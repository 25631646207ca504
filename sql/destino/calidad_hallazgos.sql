-- Lo que da una revisión, por día: cuántas y unos ejemplos. Su texto va entre llaves.
WITH hallado AS (
    FROM (SELECT NULL::BIGINT AS cuantas WHERE false)
    UNION ALL BY NAME
    FROM ({consulta}
    )
)
SELECT dia, sum(coalesce(cuantas, 1))::BIGINT, min(hallado, 3)
FROM hallado
WHERE list_contains(getvariable('dias'), dia)
GROUP BY dia
ORDER BY dia;
