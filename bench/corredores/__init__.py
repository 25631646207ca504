"""Los contendientes que no son este proyecto: cada uno es un proceso que lee un pedido y carga."""
