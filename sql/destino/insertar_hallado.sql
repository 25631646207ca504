INSERT INTO hallados BY NAME
SELECT
    $revision AS revision, $dia AS dia, $severidad AS severidad, $cuantas AS cuantas,
    $columnas AS columnas, $ejemplos AS ejemplos, $fuera AS fuera;
