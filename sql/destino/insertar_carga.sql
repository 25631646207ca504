INSERT INTO cargas VALUES ($corrida, $tienda, $desde, $hasta, $dias, $filas, $total, $cargado_en);
