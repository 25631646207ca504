-- Los Parquet de la carpeta, de antes de esa hora, que no son del lago: los que dejó una carga que murió
-- antes de confirmar, y los de cualquier otro.
SELECT path
FROM ducklake_delete_orphaned_files('lago', older_than => TIMESTAMPTZ '{antes}', dry_run => true);
