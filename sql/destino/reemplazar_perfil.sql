DELETE FROM perfil_dias
WHERE ubicacion_id = getvariable('tienda') AND list_contains(getvariable('dias'), dia)
    AND NOT list_contains($fuera::DATE[], dia);
