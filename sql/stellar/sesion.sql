-- Las cajas primero: leer sin tomar candados y no esperar los de nadie más de 30 s.
-- La conciliación por día detecta las líneas que una lectura sin candados pudiera perder o repetir; un
-- producto que se le escapara mientras cambia saldría sin catálogo, y esas líneas se cuentan.
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SET LOCK_TIMEOUT 30000;
