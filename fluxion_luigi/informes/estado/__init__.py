"""El estado de las ventas: un diccionario (`datos.componer`) y sus tres formas.

El diccionario es tal cual el JSON que se publica. Ningún formateador consulta la base ni la
configuración.
"""
