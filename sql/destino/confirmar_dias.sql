-- El origen dice tener lo mismo que ya está: no se lee otra vez, y queda anotado cuándo lo dijo. No
-- se pisa lo que cargó otra corrida mientras tanto; sí lo que fechó un reloj adelantado.
UPDATE control_dias SET confirmado_en = $en
WHERE ubicacion_id = $tienda AND list_contains($dias::DATE[], dia)
  AND (confirmado_en < $en OR confirmado_en > $ahora);
