-- De cada día en mano (de), los demás de su tienda a ocho semanas o menos, sin feriados ni sus vecinos.
CREATE OR REPLACE TEMP TABLE referencia AS
SELECT en_mano.dia AS de, otro.*
FROM dias AS en_mano
JOIN perfil AS otro
    ON otro.ubicacion_id = en_mano.ubicacion_id
    AND otro.dia BETWEEN en_mano.dia - 56 AND en_mano.dia + 56
    AND otro.dia <> en_mano.dia
WHERE NOT list_has_any(getvariable('feriados'), [otro.dia - 1, otro.dia, otro.dia + 1]);
