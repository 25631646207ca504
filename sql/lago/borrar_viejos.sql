-- Los archivos que ningún snapshot usa desde antes de esa hora.
SELECT count(*)
FROM ducklake_cleanup_old_files('lago', older_than => TIMESTAMPTZ '{antes}', dry_run => {simular});
