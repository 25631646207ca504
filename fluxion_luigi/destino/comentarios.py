"""Los comentarios de un `.sql` son los de la base: lo que dice una columna se escribe una vez.

Los renglones `--` del principio, hasta el primero vacío, describen la tabla o la vista; lo que va
detrás de una columna, a esa columna, y puede seguir en los renglones de abajo si sus `--` están
alineados.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LEE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
_COMENTARIO = re.compile(r"--.*")


@dataclass(frozen=True)
class Definicion:
    """El texto de una tabla o de una vista, y lo que dice de sí misma."""

    nombre: str
    texto: str
    es_vista: bool

    @property
    def comentario(self) -> str:
        """Lo que dice de la tabla o la vista entera."""
        dichos = []
        for linea in self.texto.splitlines():
            if not linea.startswith("-- "):
                break
            dichos.append(linea[3:].strip())
        return " ".join(dichos)

    @property
    def lee(self) -> list[str]:
        """De qué tablas y vistas sale una vista, en orden."""
        return list(dict.fromkeys(_LEE.findall(_COMENTARIO.sub("", self.texto))))

    def columnas(self, otras: Mapping[str, "Definicion"]) -> dict[str, str]:
        """El comentario de cada columna.

        Args:
            otras: lo que una vista no comenta dice lo mismo que en la primera de éstas que lee.
        """
        dichos: dict[str, str] = {}
        for nombre in self.lee if self.es_vista else []:
            if nombre in otras:
                dichos = {**otras[nombre].columnas(otras), **dichos}
        return {**dichos, **self._propias()}

    def _propias(self) -> dict[str, str]:
        dichos: dict[str, str] = {}
        columna, margen = "", -1
        for linea in self.texto.splitlines():
            codigo, marca, dicho = linea.partition("--")
            if not marca:
                columna = ""
            elif codigo.strip():
                columna, margen = self._nombre(codigo), len(codigo)
                dichos[columna] = dicho.strip()
            elif columna and len(codigo) == margen:
                dichos[columna] += " " + dicho.strip()
        return dichos

    def _nombre(self, codigo: str) -> str:
        """De una vista, lo último del renglón; de una tabla, lo primero."""
        palabras = re.findall(r"\w+", codigo)
        return palabras[-1 if self.es_vista else 0]
