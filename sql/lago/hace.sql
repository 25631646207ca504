-- La hora de este servidor hace tantas horas.
SELECT (now() - make_interval(secs => 3600 * %(horas)s))::TEXT;
