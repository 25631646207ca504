"""Las alertas: lo que alguien tiene que saber, dicho una vez y por donde lo lea.

Las fuentes dicen qué pasa ahora (`fuentes`); la vida de cada alerta, qué es nuevo, qué cambió y qué
se acabó (`vida`), según lo que se recuerda (`memoria`); el envío lo lleva a cada canal (`envio`).
`ronda` lo junta.
"""
