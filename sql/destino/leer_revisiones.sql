SELECT revision, corrida_id, revisado_en, error FROM revisiones ORDER BY revision;
