-- Sólo lectura; PostgreSQL lee sin candados por su propio diseño.
SET default_transaction_read_only = on;
