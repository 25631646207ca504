SELECT to_regclass('fluxion_turnos') IS NOT NULL
