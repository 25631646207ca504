"""El banco de medidas: este proyecto, el script anterior y dlt, con los mismos datos y a la vez.

Se corre con `make bench` (o `python -m bench --rapido` para probarlo en un minuto).
"""
