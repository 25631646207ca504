#!/bin/sh
# Corre una orden como conviene bajo cron: lo que dice va a logs/cron.log y, si no sale con 0, avisa y sale
# con el mismo código. Si en logs/ no se puede escribir, la orden corre igual, y lo que dice lo manda cron.
# Uso: cron.sh IncrementoDiario --local-scheduler
set -u
cd -- "$(dirname -- "$0")/.." || exit
exec 3>&1
donde="lo que dijo, aquí arriba"
if { true >>logs/cron.log; } 2>/dev/null; then
    donde=logs/cron.log
    exec >>logs/cron.log 2>&1
fi
.venv/bin/luigi --module fluxion_luigi "$@" 3>&- && exit
codigo=$?
despliegue/aviso.sh "$1 salió con $codigo: vea $donde" >&3
exit "$codigo"
