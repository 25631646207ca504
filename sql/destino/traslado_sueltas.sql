-- Lo que no es de un día: lo que ya está no se repite.
INSERT INTO {tabla} BY NAME
SELECT o.* FROM por_trasladar AS o
WHERE NOT EXISTS (SELECT 1 FROM {tabla} AS d WHERE ({claves}) IS NOT DISTINCT FROM ({suyas}));
