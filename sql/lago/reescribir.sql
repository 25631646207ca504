-- Los archivos con buena parte de sus filas quitadas, otra vez sin ellas.
SELECT coalesce(sum(files_processed), 0)::BIGINT, coalesce(sum(files_created), 0)::BIGINT
FROM ducklake_rewrite_data_files('lago', delete_threshold => 0.3);
