INSERT INTO dias_fallidos BY NAME
SELECT
    $tienda AS ubicacion_id, $dia AS dia, $causa AS causa, $visto_en AS visto_en,
    $corrida AS corrida_id;
