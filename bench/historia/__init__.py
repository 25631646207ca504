"""La historia entera de una cadena: 82 millones de líneas, cargadas una vez y medidas.

Se corre con `make historia` (o `python -m bench.historia --rapido` para probarlo). No va en CI.
"""
