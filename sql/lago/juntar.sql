-- Los archivos pequeños de una misma tienda y mes, en uno.
SELECT coalesce(sum(files_processed), 0)::BIGINT, coalesce(sum(files_created), 0)::BIGINT
FROM ducklake_merge_adjacent_files('lago');
