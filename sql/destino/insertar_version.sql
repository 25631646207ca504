INSERT INTO version_esquema BY NAME
SELECT $version AS version, now()::TIMESTAMPTZ AT TIME ZONE 'UTC' AS aplicada_en;
