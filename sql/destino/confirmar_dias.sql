-- El origen dice tener lo mismo que ya está: no se lee otra vez, y queda anotado cuándo lo dijo.
UPDATE control_dias SET confirmado_en = $en
WHERE ubicacion_id = $tienda AND list_contains($dias::DATE[], dia) AND confirmado_en < $en;
