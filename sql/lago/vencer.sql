SELECT count(*)
FROM ducklake_expire_snapshots('lago', older_than => TIMESTAMPTZ '{antes}', dry_run => {simular});
