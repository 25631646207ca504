-- Las columnas que una base de antes aún no tiene salen vacías: se lee sin llevarla a la versión nueva.
-- A un renglón insertado a mano le puede faltar lo demás: es el de un día que hay que volver a pedir.
SELECT
    ubicacion_id, dia, coalesce(filas, 0), coalesce(total, 0), coalesce(extraido_en, 'epoch'),
    coalesce(corrida_id, ''), coalesce(confirmado_en, extraido_en, 'epoch'), coalesce(pos, ''),
    cantidad, subtotal, impuesto
FROM (
    SELECT
        NULL::DECIMAL(38,4) AS cantidad, NULL::DECIMAL(38,4) AS subtotal,
        NULL::DECIMAL(38,4) AS impuesto, NULL::TIMESTAMP AS confirmado_en,
        NULL::VARCHAR AS pos
    WHERE false
    UNION ALL BY NAME
    FROM control_dias
)
WHERE ubicacion_id IS NOT NULL AND dia IS NOT NULL;
