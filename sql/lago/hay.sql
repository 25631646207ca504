-- Si ese PostgreSQL tiene ya el catálogo de un lago.
SELECT to_regclass('ducklake_snapshot') IS NOT NULL;
