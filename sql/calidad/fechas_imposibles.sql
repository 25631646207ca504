-- titulo: Ventas de un día imposible
-- severidad: aviso
-- significa: Hay ventas de antes de que la tienda abriera, o de un día que aún no llega.
-- que_hacer: Si abrió antes, corrija su apertura en el catálogo. Si no, son pruebas o el reloj de una
--   caja: quítelas con OlvidarVentas.
SELECT d.dia, d.lineas AS cuantas, d.total, t.apertura
FROM dias AS d
LEFT JOIN tiendas AS t USING (ubicacion_id)
WHERE d.lineas > 0 AND (d.dia < t.apertura OR d.dia > getvariable('hoy'))
