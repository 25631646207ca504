-- Lo propio de cada línea, con los montos cobrados; lo del producto está en productos.sql.
-- f_Fecha da el día y h_Hora la hora (sumarlas cae dos días aparte: la base de h_Hora es 1899-12-30);
-- a la hora se le cortan los milisegundos, porque redondear las 23:59:59.997 la lleva a las 00:00.
-- El filtro va sobre f_Fecha sin funciones, para que su índice sirva. Ni TEXT ni IMAGE, ni ningún
-- dato de clientes.
--
-- Un número que no cabe no se convierte: la línea dice cuál es en «reparo», y la consulta sigue.
--
-- «principal» es el producto que dice la línea (Cod_Principal), y sólo viaja si su código lleva a
-- varios. Hay bases sin esa columna: como dentro de la subconsulta va sin apellido, ahí se toma el
-- Cod_Principal vacío de «sin».
SELECT
    CAST(t.f_Fecha AS DATE) AS fecha,
    CASE WHEN ABS(t.Cantidad) < 100000000000000 THEN
        CAST(t.Cantidad AS DECIMAL(18, 3)) END AS cantidad,
    CASE WHEN ABS(t.Precio) < 100000000000000 THEN
        CAST(t.Precio AS DECIMAL(18, 4)) END AS precio_unitario,
    CASE WHEN ABS(t.Total) < 100000000000000 THEN
        CAST(t.Total AS DECIMAL(18, 4)) END AS total,
    CASE WHEN ABS(t.Subtotal) < 100000000000000 THEN
        CAST(t.Subtotal AS DECIMAL(18, 4)) END AS subtotal,
    CASE WHEN ABS(t.Impuesto) < 100000000000000 THEN
        CAST(t.Impuesto AS DECIMAL(18, 4)) END AS impuesto,
    CAST(t.c_Numero AS NVARCHAR(256)) AS factura,
    CAST(t.n_Linea AS DECIMAL(18, 4)) AS linea,
    CAST(t.c_Caja AS NVARCHAR(256)) AS caja,
    CAST(t.c_Localidad AS NVARCHAR(256)) AS localidad,
    CAST(t.c_Concepto AS NVARCHAR(256)) AS tipo_documento,
    LEFT(CAST(CAST(t.h_Hora AS TIME(3)) AS VARCHAR(12)), 8) AS hora,
    CAST(t.Codigo AS NVARCHAR(256)) AS codigo,
    CASE WHEN k.c_Codigo IS NOT NULL THEN t.principal END AS principal,
    CASE
        WHEN ABS(t.Cantidad) >= 100000000000000 THEN
            N'Cantidad no cabe: ' + CAST(t.Cantidad AS NVARCHAR(60))
        WHEN ABS(t.Precio) >= 100000000000000 THEN
            N'Precio no cabe: ' + CAST(t.Precio AS NVARCHAR(60))
        WHEN ABS(t.Total) >= 100000000000000 THEN
            N'Total no cabe: ' + CAST(t.Total AS NVARCHAR(60))
        WHEN ABS(t.Subtotal) >= 100000000000000 THEN
            N'Subtotal no cabe: ' + CAST(t.Subtotal AS NVARCHAR(60))
        WHEN ABS(t.Impuesto) >= 100000000000000 THEN
            N'Impuesto no cabe: ' + CAST(t.Impuesto AS NVARCHAR(60))
    END AS reparo
FROM (SELECT CAST(NULL AS NVARCHAR(256)) AS Cod_Principal) AS sin
CROSS APPLY (
    SELECT
        l.f_Fecha, l.h_Hora, l.Cantidad, l.Precio, l.Total, l.Subtotal, l.Impuesto, l.c_Numero,
        l.n_Linea, l.c_Caja, l.c_Localidad, l.c_Concepto, l.Codigo,
        CAST(Cod_Principal AS NVARCHAR(256)) AS principal
    FROM {base_datos}.dbo.MA_TRANSACCION AS l
    WHERE l.f_Fecha >= CAST(? AS DATE) AND l.f_Fecha < CAST(? AS DATE)
) AS t
LEFT JOIN (
    SELECT c.c_Codigo
    FROM {base_datos}.dbo.MA_CODIGOS AS c
    GROUP BY c.c_Codigo
    HAVING MIN(c.c_CodNasa) <> MAX(c.c_CodNasa)
) AS k ON k.c_Codigo = t.Codigo
