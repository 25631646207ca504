DELETE FROM origenes
WHERE ubicacion_id = $tienda AND NOT list_contains($menos::VARCHAR[], coalesce(lugar, ''));
