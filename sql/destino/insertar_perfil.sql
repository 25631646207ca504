INSERT INTO perfil_dias BY NAME FROM dias WHERE NOT list_contains($fuera::DATE[], dia);
