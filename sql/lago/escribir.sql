-- Las líneas de un mes de una tienda, del staging a un archivo del lago. Va entre llaves lo que COPY no
-- admite como valor; «orden», vacío si las líneas ya llegan por fecha.
COPY (
    SELECT *, $tienda AS ubicacion_id, $corrida AS corrida_id
    FROM read_parquet($archivos, hive_partitioning = false)
    WHERE fecha BETWEEN $desde AND $hasta AND NOT list_contains($fuera::DATE[], fecha)
    {orden}
) TO '{archivo}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {filas});
