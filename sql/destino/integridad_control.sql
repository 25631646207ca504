-- El control, renglón por renglón y sin juntar los repetidos. Las columnas que una base de antes no
-- tiene salen vacías, y lo que le falta a un renglón insertado a mano es cero.
SELECT
    ubicacion_id, dia, coalesce(filas_origen, 0), coalesce(total_origen, 0),
    coalesce(cargado_en, 'epoch'), coalesce(filas, 0), coalesce(total, 0),
    coalesce(extraido_en, 'epoch'), coalesce(corrida_id, ''),
    coalesce(confirmado_en, extraido_en, 'epoch'), coalesce(pos, ''), cantidad, subtotal,
    impuesto
FROM (
    SELECT
        NULL::DECIMAL(38,4) AS cantidad, NULL::DECIMAL(38,4) AS subtotal,
        NULL::DECIMAL(38,4) AS impuesto, NULL::TIMESTAMP AS confirmado_en,
        NULL::VARCHAR AS pos
    WHERE false
    UNION ALL BY NAME
    FROM control_dias
)
WHERE dia BETWEEN $desde AND $hasta AND ubicacion_id IS NOT NULL
    AND (len($tiendas::VARCHAR[]) = 0 OR list_contains($tiendas::VARCHAR[], ubicacion_id));
