DELETE FROM tiendas;
