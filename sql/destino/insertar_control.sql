INSERT INTO control_dias BY NAME
SELECT
    $tienda AS ubicacion_id, $dia AS dia, $filas_origen AS filas_origen,
    $total_origen AS total_origen, $filas AS filas, $total AS total, $cantidad AS cantidad,
    $subtotal AS subtotal, $impuesto AS impuesto, $sin_producto AS sin_producto,
    $ambiguos AS ambiguos, $extraido_en AS extraido_en, $extraido_en AS confirmado_en,
    $cargado_en AS cargado_en, $corrida AS corrida_id, $pos AS pos,
    nullif($moneda, '') AS moneda;
