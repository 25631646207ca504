-- Los feriados del país de la cadena («pais» en luigi.cfg), de los años que se han revisado.
CREATE TABLE feriados (
    pais VARCHAR,                        -- código de dos letras
    dia DATE,                            -- día feriado
    nombre VARCHAR                       -- qué se celebra
);
