-- Las cajas primero: leer sin tomar candados y no esperar los de nadie más de 30 s.
-- La conciliación por día detecta lo que una lectura sin candados pudiera perder o repetir.
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SET LOCK_TIMEOUT 30000;
