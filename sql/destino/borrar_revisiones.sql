-- Lo que en esta misma corrida le pasó a una revisión con otra tienda se conserva.
DELETE FROM revisiones WHERE corrida_id <> $corrida OR error IS NULL;
