INSERT INTO {tabla} BY NAME SELECT * FROM por_trasladar;
