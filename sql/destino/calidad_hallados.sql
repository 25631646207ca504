-- Lo que se halló ahora, antes de compararlo con lo que ya se sabía.
CREATE OR REPLACE TEMP TABLE hallados AS
SELECT revision, dia, severidad, cuantas, columnas, ejemplos, fuera FROM calidad WHERE false;
