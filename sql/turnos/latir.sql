UPDATE fluxion_turnos SET latido = now() WHERE sesion = %(sesion)s
