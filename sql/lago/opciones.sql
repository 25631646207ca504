-- Los cambios de pocas filas, que son los del control, van en el catálogo y no en archivos pequeños. No
-- las tablas con listas o mapas, que DuckLake 1.5.5 guarda ahí como un texto y estropea: una lista de
-- listas con comillas vuelve siendo otra. Sólo admite tablas ya confirmadas.
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'cargas');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'control_dias');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'definiciones');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'dias_fallidos');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'feriados');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'identidad');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'origenes');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'revisiones');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'tiendas');
CALL lago.set_option('data_inlining_row_limit', 1000, table_name => 'version_esquema');
