INSERT INTO control_dias VALUES (
    $tienda, $dia, $filas_origen, $total_origen, $filas, $total, $sin_producto,
    $extraido_en, $cargado_en, $corrida
);
