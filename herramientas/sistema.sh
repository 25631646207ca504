#!/bin/sh
# Instala los paquetes del sistema que falten, o dice en una frase cuáles son.
# Uso: herramientas/sistema.sh demo | pruebas
set -eu

paquetes="unixodbc libsqliteodbc"
[ "${1:-demo}" = pruebas ] &&
    paquetes="$paquetes postgresql odbc-postgresql tdsodbc iproute2 faketime"
python3 -c 'import ensurepip' 2>/dev/null || paquetes="$paquetes python3-venv"

if ! command -v dpkg-query >/dev/null 2>&1; then
    # En otro sistema no se sabe instalar: basta con que el administrador de ODBC esté.
    command -v odbcinst >/dev/null 2>&1 && exit 0
    echo "Faltan unixODBC y el driver ODBC de SQLite. En macOS: brew install unixodbc sqliteodbc" \
        "(y para las pruebas: postgresql psqlodbc freetds libfaketime)." >&2
    exit 1
fi

faltan=""
for p in $paquetes; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || faltan="$faltan $p"
done
[ -z "$faltan" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    como=""
elif sudo -n true 2>/dev/null; then
    como="sudo"
else
    echo "Faltan paquetes del sistema y no hay permiso para instalarlos. Pida a quien administra" \
        "la máquina: apt-get install$faltan" >&2
    exit 1
fi

echo "Instalando paquetes del sistema:$faltan"
# Debian crearía y arrancaría un servidor PostgreSQL; las pruebas levantan el suyo y no lo quieren.
if echo "$faltan" | grep -qw postgresql && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    $como mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | $como tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
registro=$(mktemp)
if ! { $como env DEBIAN_FRONTEND=noninteractive apt-get update &&
    $como env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $faltan; } \
    >"$registro" 2>&1; then
    tail -20 "$registro" >&2
    echo "apt-get no pudo instalar:$faltan. El detalle está arriba." >&2
    exit 1
fi
rm -f "$registro"
