-- titulo: Un día idéntico a otro
-- severidad: aviso
-- significa: Ese día tiene las mismas líneas, cantidades y montos, a las mismas horas, que otro día de la
--   tienda o de otra: uno de los dos es una copia.
-- que_hacer: Compare los dos en la tienda. Si es el mismo servidor con dos nombres, corrija el catálogo;
--   el día que sobre se quita con OlvidarVentas.
SELECT d.dia, p.ubicacion_id AS igual_a, p.dia AS del_dia, d.lineas, d.total
FROM dias AS d
JOIN perfil AS p
    ON p.lineas = d.lineas AND p.total = d.total AND p.cantidad = d.cantidad
    AND p.horas IS NOT DISTINCT FROM d.horas
    AND (p.ubicacion_id, p.dia) <> (d.ubicacion_id, d.dia)
WHERE d.lineas >= 20 AND NOT list_contains(getvariable('comparte_con'), p.ubicacion_id)
