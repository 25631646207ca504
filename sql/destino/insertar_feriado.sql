INSERT INTO feriados BY NAME SELECT $pais AS pais, $dia AS dia, $nombre AS nombre;
