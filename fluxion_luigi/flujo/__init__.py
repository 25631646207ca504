"""El flujo de una tienda-mes: extraer a staging, conciliar y cargar en el destino."""
