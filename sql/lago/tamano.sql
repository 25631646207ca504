-- Los archivos de ventas y lo que pesan; y los snapshots que se guardan.
SELECT
    coalesce(sum(file_count), 0)::BIGINT, coalesce(sum(file_size_bytes), 0)::BIGINT,
    (SELECT count(*) FROM ducklake_snapshots('lago'))
FROM ducklake_table_info('lago');
