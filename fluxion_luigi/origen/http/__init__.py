"""Las tiendas cuyo POS habla HTTP: su cliente, lo que se baja y cómo llega al esquema."""
