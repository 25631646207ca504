-- Los días en mano no tienen ni una línea.
CREATE OR REPLACE TEMP VIEW lineas AS
FROM ventas_raw WHERE false;
