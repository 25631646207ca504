-- Los que nunca llegaron a ser del lago: los dejó una carga que murió antes de confirmar.
SELECT count(*)
FROM ducklake_delete_orphaned_files('lago', older_than => TIMESTAMPTZ '{antes}', dry_run => {simular});
