SELECT ubicacion_id, dia, coalesce(visto_en, 'epoch') FROM dias_fallidos
WHERE dia BETWEEN $desde AND $hasta
    AND (len($tiendas::VARCHAR[]) = 0 OR list_contains($tiendas::VARCHAR[], ubicacion_id));
