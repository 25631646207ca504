INSERT INTO tiendas BY NAME
SELECT
    $id AS ubicacion_id, $nombre AS nombre, $tipo AS tipo, $apertura AS apertura, $activa AS activa,
    $en_catalogo AS en_catalogo;
