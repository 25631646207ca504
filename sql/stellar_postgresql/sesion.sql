-- Sólo lectura; PostgreSQL lee sin candados por su propio diseño.
SET default_transaction_read_only = on;
-- Que los productos de un mes quepan en memoria al unirlos: si no, la unión va al disco de la tienda.
SET work_mem = '32MB';
-- Que un recorrido de la tabla empiece por su principio, no por donde va el de otro.
SET synchronize_seqscans = off;
-- Compilar la consulta de los productos tarda más que hacerla (medido: 1,4 s contra 0,6).
SET jit = off;
