-- Los mismos de sueltos.sql, de una vez.
SELECT count(*)
FROM ducklake_delete_orphaned_files('lago', older_than => TIMESTAMPTZ '{antes}', dry_run => false);
