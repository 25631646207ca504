-- Las columnas que una base de antes aún no tiene salen vacías: se lee sin llevarla a la versión nueva.
SELECT
    ubicacion_id, dia, filas, total, extraido_en, corrida_id,
    coalesce(confirmado_en, extraido_en), cantidad, subtotal, impuesto
FROM (
    SELECT
        NULL::DECIMAL(38,4) AS cantidad, NULL::DECIMAL(38,4) AS subtotal,
        NULL::DECIMAL(38,4) AS impuesto, NULL::TIMESTAMP AS confirmado_en
    WHERE false
    UNION ALL BY NAME
    FROM control_dias
);
