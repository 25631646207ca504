SELECT count(*) FROM calidad WHERE resuelto_por = $corrida;
