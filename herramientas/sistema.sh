#!/bin/sh
# Instala los paquetes del sistema que falten, o dice en una frase cuáles son.
# Uso: herramientas/sistema.sh demo | lago | pruebas
set -eu

demo="unixodbc libsqliteodbc"
lago="postgresql"
pruebas="postgresql odbc-postgresql tdsodbc iproute2 faketime systemd cron chromium-headless-shell libatomic1"
python3 -c 'import ensurepip' 2>/dev/null || demo="$demo python3-venv"

if ! command -v dpkg-query >/dev/null 2>&1; then
    # En otro sistema no se sabe instalar: basta con que el administrador de ODBC esté.
    command -v odbcinst >/dev/null 2>&1 && exit 0
    echo "Faltan unixODBC y el driver ODBC de SQLite. En macOS: brew install unixodbc sqliteodbc" \
        "(y para las pruebas: postgresql psqlodbc freetds libfaketime)." >&2
    exit 1
fi

los_que_faltan() {
    for p; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || printf ' %s' "$p"
    done
}

case "${1:-demo}" in
    demo) faltan=$(los_que_faltan $demo) ;;
    lago) faltan=$(los_que_faltan $demo $lago) ;;
    *) faltan=$(los_que_faltan $demo $pruebas) ;;
esac
[ -z "$faltan" ] && exit 0

# A una persona se le pide una sola vez: lo de la demostración y lo de las pruebas, junto.
todos=$(los_que_faltan $demo $pruebas)
a_mano="apt-get install --no-install-recommends$todos"
if [ "$(id -u)" = 0 ]; then
    como=""
elif sudo -n true 2>/dev/null; then
    como="sudo"
elif [ -t 0 ] && command -v sudo >/dev/null 2>&1; then
    como="sudo"
    faltan=$todos
    echo "Hay que instalar paquetes del sistema, para la demostración y las pruebas; sudo pedirá" \
        "su clave una vez."
else
    echo "Faltan paquetes del sistema y no hay permiso para instalarlos. Pida a quien administra" \
        "la máquina, para la demostración y las pruebas: $a_mano" >&2
    exit 1
fi

echo "Instalando paquetes del sistema:$faltan"
registro=$(mktemp)
trap 'rm -f "$registro"' EXIT
# Todo lo que pide permiso va en una orden, para que sudo pregunte una vez.
# Debian crearía un servidor PostgreSQL, y arrancaría lo que instala (cron, por ejemplo); las pruebas
# levantan lo suyo y no lo quieren.
$como sh -euc '
    exec 2>&1
    servidor=/etc/postgresql-common/createcluster.conf
    case " $* " in *" postgresql "*)
        if [ ! -e "$servidor" ]; then
            mkdir -p "${servidor%/*}"
            echo "create_main_cluster = false" >"$servidor"
        fi ;;
    esac
    politica=/usr/sbin/policy-rc.d
    if [ ! -e "$politica" ]; then
        trap "rm -f $politica" EXIT
        printf "#!/bin/sh\nexit 101\n" >"$politica"
        chmod 755 "$politica"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends "$@"
' sh $faltan >"$registro" || {
    tail -20 "$registro" >&2
    echo "No se pudieron instalar los paquetes del sistema. Arriba está por qué; a mano, como" \
        "administrador: $a_mano" >&2
    exit 1
}
