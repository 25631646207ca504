PRAGMA query_only = 1;
PRAGMA busy_timeout = 30000;
