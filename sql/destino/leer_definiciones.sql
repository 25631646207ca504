SELECT nombre, es_vista, huella FROM definiciones;
