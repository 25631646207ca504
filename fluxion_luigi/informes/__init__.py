"""Los informes: primero los datos, luego un formato por archivo (texto, JSON, HTML)."""
