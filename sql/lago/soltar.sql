SELECT pg_advisory_unlock(%(clave)s);
