"""El informe de estado como una página HTML que se basta sola."""

import logging

# Antes de que se cargue: matplotlib se queja en cada corrida de una carpeta donde no puede guardar
# su caché, o del matplotlibrc de quien lo tenga, y aquí nada de eso cambia nada.
logging.getLogger("matplotlib").setLevel(logging.CRITICAL)
