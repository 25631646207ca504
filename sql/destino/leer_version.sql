SELECT coalesce(max(version), 1) FROM version_esquema;
