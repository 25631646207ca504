FROM query_table($tabla);
