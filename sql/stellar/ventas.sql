-- Lo propio de cada línea, con los montos cobrados; lo del producto está en productos.sql.
-- f_Fecha da el día y h_Hora la hora (sumarlas cae dos días aparte: la base de h_Hora es 1899-12-30).
-- El filtro va sobre f_Fecha sin funciones, para que su índice sirva. Los anchos de texto son los
-- que reserva el driver por fila: ni TEXT ni IMAGE, ni ningún dato de clientes.
SELECT
    CAST(t.f_Fecha AS DATE) AS fecha,
    CAST(t.Cantidad AS DECIMAL(18, 3)) AS cantidad,
    CAST(t.Precio AS DECIMAL(18, 4)) AS precio_unitario,
    CAST(t.Total AS DECIMAL(18, 4)) AS total,
    CAST(t.Subtotal AS DECIMAL(18, 4)) AS subtotal,
    CAST(t.Impuesto AS DECIMAL(18, 4)) AS impuesto,
    CAST(t.c_Numero AS VARCHAR(30)) AS factura,
    CAST(t.n_Linea AS INT) AS linea,
    CAST(t.c_Caja AS VARCHAR(10)) AS caja,
    CAST(t.c_Localidad AS VARCHAR(10)) AS localidad,
    CAST(t.c_Concepto AS VARCHAR(5)) AS tipo_documento,
    CONVERT(VARCHAR(8), t.h_Hora, 108) AS hora,
    CAST(t.Codigo AS VARCHAR(30)) AS codigo
FROM VAD20.dbo.MA_TRANSACCION AS t
WHERE t.f_Fecha >= CAST(? AS DATE) AND t.f_Fecha < CAST(? AS DATE)
