-- Lo mismo que sql/stellar/ventas.sql, en el dialecto de PostgreSQL.
SELECT
    CAST(t.f_fecha AS DATE) AS fecha,
    CAST(t.cantidad AS NUMERIC(18, 3)) AS cantidad,
    CAST(t.precio AS NUMERIC(18, 4)) AS precio_unitario,
    CAST(t.total AS NUMERIC(18, 4)) AS total,
    CAST(t.subtotal AS NUMERIC(18, 4)) AS subtotal,
    CAST(t.impuesto AS NUMERIC(18, 4)) AS impuesto,
    CAST(t.c_numero AS VARCHAR(30)) AS factura,
    CAST(t.n_linea AS INT) AS linea,
    CAST(t.c_caja AS VARCHAR(10)) AS caja,
    CAST(t.c_localidad AS VARCHAR(10)) AS localidad,
    CAST(t.c_concepto AS VARCHAR(5)) AS tipo_documento,
    CAST(date_trunc('second', t.h_hora) AS TIME(0)) AS hora,
    CAST(t.codigo AS VARCHAR(30)) AS codigo
FROM vad20.ma_transaccion AS t
WHERE t.f_fecha >= CAST(? AS DATE) AND t.f_fecha < CAST(? AS DATE)
