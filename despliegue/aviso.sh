#!/bin/sh
# Deja dicho un fallo: lo llaman cron.sh y fluxion-aviso@.service. Lo escribe en su salida (que cron
# manda por correo) y en el diario del sistema. A la gente se lo dicen las alertas (FLUXION_ALERTAS_URLS
# en .env); esto queda para lo que ellas no pueden: que el programa ni siquiera arranque.
# Uso: aviso.sh "la frase"
set -u
frase="Fluxion: $1${MONITOR_EXIT_STATUS:+ (salió con $MONITOR_EXIT_STATUS)}"
echo "$frase"
# Bajo systemd la salida ya va al diario; bajo cron, no.
[ -n "${JOURNAL_STREAM:-}" ] || ! command -v logger >/dev/null 2>&1 ||
    logger -t fluxion-aviso -p user.err -- "$frase" 2>/dev/null || true
