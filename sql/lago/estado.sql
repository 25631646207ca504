-- El último snapshot y, si el lago tiene ya las tablas del proyecto, cuántas «identidad» hay.
SELECT
    (SELECT max(snapshot_id) FROM ducklake_snapshot),
    (SELECT max(snapshot_time) FROM ducklake_snapshot)::TEXT,
    (SELECT count(*) FROM ducklake_table WHERE table_name = 'identidad' AND end_snapshot IS NULL);
