-- titulo: Montos en otra escala
-- severidad: aviso
-- significa: Una línea corriente vale ese día muchas veces más, o menos, que de costumbre: otra moneda,
--   una reconversión, o decimales corridos.
-- que_hacer: Compare una factura con la tienda. Si cambió la moneda, es de verdad; si no, corrija allí y
--   recargue los días.
SELECT
    d.dia, round(d.monto_tipico, 4) AS monto_tipico, round(u.monto_tipico, 4) AS usual,
    round(greatest(d.monto_tipico / u.monto_tipico, u.monto_tipico / d.monto_tipico)) AS veces
FROM dias AS d
JOIN usual AS u USING (dia)
WHERE d.lineas >= 10 AND abs(ln(d.monto_tipico / u.monto_tipico)) > ln(5)
