SELECT set_config('lock_timeout', %(espera)s, false), pg_advisory_lock(%(clave)s);
