SELECT dia FROM feriados WHERE pais = $pais;
