-- De un día de una tienda, cuántas filas son iguales a otra en todo, sin contar la primera.
SELECT count(*) - count(DISTINCT v) FROM ventas_raw AS v WHERE ubicacion_id = $tienda AND fecha = $dia;
