-- El control, renglón por renglón y sin juntar los repetidos. Las columnas que una base de antes no
-- tiene salen vacías.
SELECT
    ubicacion_id, dia, filas_origen, total_origen, cargado_en, filas, total, extraido_en, corrida_id,
    coalesce(confirmado_en, extraido_en), cantidad, subtotal, impuesto
FROM (
    SELECT
        NULL::DECIMAL(38,4) AS cantidad, NULL::DECIMAL(38,4) AS subtotal,
        NULL::DECIMAL(38,4) AS impuesto, NULL::TIMESTAMP AS confirmado_en
    WHERE false
    UNION ALL BY NAME
    FROM control_dias
)
WHERE dia BETWEEN $desde AND $hasta
    AND (len($tiendas::VARCHAR[]) = 0 OR list_contains($tiendas::VARCHAR[], ubicacion_id));
