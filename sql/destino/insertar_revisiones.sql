INSERT INTO revisiones BY NAME
SELECT r.revision, $corrida AS corrida_id, $ahora AS revisado_en, r.error
FROM (SELECT unnest($nombres::VARCHAR[]) AS revision, unnest($errores::VARCHAR[]) AS error) AS r
ANTI JOIN revisiones USING (revision);
