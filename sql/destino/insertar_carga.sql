INSERT INTO cargas BY NAME
SELECT
    $corrida AS corrida_id, $tienda AS ubicacion_id, $desde AS desde, $hasta AS hasta,
    $dias AS dias, $filas AS filas, $total AS total, $cargado_en AS cargado_en, $accion AS accion;
