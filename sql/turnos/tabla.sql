-- Quién tiene cada turno de la cadena. El turno es un advisory lock de PostgreSQL; este renglón dice
-- de quién es y cuándo dio su última señal de vida, y se queda si se fue sin despedirse.
CREATE TABLE IF NOT EXISTS fluxion_turnos (
    clave BIGINT PRIMARY KEY,
    que TEXT NOT NULL,
    sesion TEXT NOT NULL,
    host TEXT NOT NULL,
    ambito TEXT NOT NULL,
    pid INTEGER NOT NULL,
    corrida TEXT NOT NULL,
    vida DOUBLE PRECISION NOT NULL,
    desde TIMESTAMPTZ NOT NULL DEFAULT now(),
    latido TIMESTAMPTZ NOT NULL DEFAULT now()
)
