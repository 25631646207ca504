INSERT INTO identidad VALUES (uuid()::VARCHAR, $cadena, now()::TIMESTAMPTZ AT TIME ZONE 'UTC');
