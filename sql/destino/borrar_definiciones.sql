DELETE FROM definiciones;
