-- Lo mismo que sql/stellar/ventas.sql, en el dialecto de PostgreSQL. Los números salen como texto,
-- que aquí no cuesta más: así llegan también el NaN y el que no cabe, y se nombra su línea. La
-- hora, por lo mismo: el driver vuelve las 24:00:00 las 00:00:00.
SELECT
    CAST(t.f_fecha AS DATE) AS fecha,
    CAST(trim_scale(round(CAST(t.cantidad AS NUMERIC), 3)) AS VARCHAR(40)) AS cantidad,
    CAST(trim_scale(round(CAST(t.precio AS NUMERIC), 4)) AS VARCHAR(40)) AS precio_unitario,
    CAST(trim_scale(round(CAST(t.total AS NUMERIC), 4)) AS VARCHAR(40)) AS total,
    CAST(trim_scale(round(CAST(t.subtotal AS NUMERIC), 4)) AS VARCHAR(40)) AS subtotal,
    CAST(trim_scale(round(CAST(t.impuesto AS NUMERIC), 4)) AS VARCHAR(40)) AS impuesto,
    CAST(t.c_numero AS VARCHAR(256)) AS factura,
    CAST(t.n_linea AS VARCHAR(40)) AS linea,
    CAST(t.c_caja AS VARCHAR(256)) AS caja,
    CAST(t.c_localidad AS VARCHAR(256)) AS localidad,
    CAST(t.c_concepto AS VARCHAR(256)) AS tipo_documento,
    to_char(t.h_hora, 'HH24:MI:SS') AS hora,
    CAST(t.codigo AS VARCHAR(256)) AS codigo,
    CASE WHEN k.c_codigo IS NOT NULL THEN t.principal END AS principal
FROM (SELECT CAST(NULL AS VARCHAR(256)) AS cod_principal) AS sin
CROSS JOIN LATERAL (
    SELECT
        l.f_fecha, l.h_hora, l.cantidad, l.precio, l.total, l.subtotal, l.impuesto, l.c_numero,
        l.n_linea, l.c_caja, l.c_localidad, l.c_concepto, l.codigo,
        CAST(cod_principal AS VARCHAR(256)) AS principal
    FROM {ventas}.ma_transaccion AS l
    WHERE l.f_fecha >= CAST(? AS DATE) AND l.f_fecha < CAST(? AS DATE)
) AS t
LEFT JOIN (
    SELECT c.c_codigo
    FROM {ventas}.ma_codigos AS c
    GROUP BY c.c_codigo
    HAVING MIN(c.c_codnasa) <> MAX(c.c_codnasa)
) AS k ON k.c_codigo = t.codigo
