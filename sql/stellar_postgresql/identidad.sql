-- El número que cada servidor recibe al nacer, la base y el esquema de sus ventas.
SELECT CAST(c.system_identifier AS TEXT) || ' ' || current_database() || ' '
    || n.nspname AS identidad
FROM pg_control_system() AS c
JOIN pg_namespace AS n ON n.oid = (
    SELECT r.relnamespace FROM pg_class AS r
    WHERE r.oid = CAST('{ventas}.ma_transaccion' AS REGCLASS)
)
