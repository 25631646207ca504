INSERT INTO definiciones BY NAME
SELECT $nombre AS nombre, $es_vista AS es_vista, $huella AS huella;
