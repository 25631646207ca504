SELECT 1 FROM fluxion_turnos WHERE clave = %(clave)s AND sesion = %(sesion)s
