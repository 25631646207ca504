#!/bin/sh
# Avisa de un fallo: lo llaman el crontab y fluxion-aviso@.service. Es un ejemplo: sólo lo dice en su
# salida (que cron manda por correo) y en el diario del sistema. Agregue aquí el mensaje que alguien lea.
# Uso: aviso.sh "la frase"
set -u
frase="Fluxion: $1${MONITOR_EXIT_STATUS:+ (salió con $MONITOR_EXIT_STATUS)}"
echo "$frase"
# Bajo systemd la salida ya va al diario; bajo cron, no.
[ -n "${JOURNAL_STREAM:-}" ] || ! command -v logger >/dev/null 2>&1 ||
    logger -t fluxion-aviso -p user.err -- "$frase" 2>/dev/null || true
