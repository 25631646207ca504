-- Sólo lectura; PostgreSQL lee sin candados por su propio diseño.
SET default_transaction_read_only = on;
-- Que el catálogo de productos quepa en memoria al unirlo: si no, la unión se parte en tandas, va al
-- disco de la tienda y las filas salen sin orden de fecha.
SET work_mem = '32MB';
-- Y que un recorrido de la tabla empiece por su principio, no por donde va el de otro.
SET synchronize_seqscans = off;
