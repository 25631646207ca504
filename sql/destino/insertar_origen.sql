INSERT INTO origenes BY NAME
SELECT
    $tienda AS ubicacion_id, $identidad AS identidad, $lugar AS lugar, $visto_en AS visto_en;
