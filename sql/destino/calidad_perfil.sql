-- Los días cargados de todas las tiendas; de los que están en mano, lo que traen ahora.
CREATE OR REPLACE TEMP VIEW perfil AS
FROM perfil_dias ANTI JOIN dias USING (ubicacion_id, dia)
UNION ALL BY NAME
FROM dias;
