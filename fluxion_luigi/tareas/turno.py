"""El worker de este proyecto: espera su turno, dice a quién espera y no se pierde con luigid.

El de Luigi se va en cuanto el scheduler no le da trabajo (`keep_alive = false`), aunque sólo falte
que otra orden suelte la tienda; o se queda para siempre (`keep_alive = true`) por lo que ya falló.
Éste sabe qué falta por lo que él mismo ha dicho, que es todo: nadie más tiene sus tareas (`Vez`).
"""

import logging
import re
from datetime import datetime

import luigi
from luigi.rpc import RPCError
from luigi.scheduler import DONE, PENDING, RUNNING
from luigi.worker import WORKER_STATE_ACTIVE, Worker

from fluxion_luigi import config
from fluxion_luigi.errores import ErrorOcupado
from fluxion_luigi.tareas import pagina

registro = logging.getLogger("fluxion.turno")


class Trabajador(Worker):
    """Un worker que sólo se va cuando lo que queda ya no puede correr, o esperó demasiado."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # De cada tarea, lo último que se le dijo de ella al scheduler.
        self._dicho: dict[str, dict] = {}
        self._dicha_espera = ""
        self._cronista = pagina.Cronista(self._scheduler)

    def run(self) -> bool:
        try:
            return super().run()
        finally:
            self._cronista.contar()

    def _add_task(self, *args, **dicho):
        dicho = pagina.explicar(dicho) | {"tracking_url": self._cronista.enlace()}
        antes = self._dicho.get(dicho["task_id"], {})
        self._dicho[dicho["task_id"]] = antes | {
            k: v for k, v in dicho.items() if v is not None and (v or k != "new_deps")
        }
        super()._add_task(*args, **dicho)
        if dicho["task_id"] in self._running_tasks:
            self._cronista.contar()

    def _get_work(self):
        respuesta = super()._get_work()
        if self._olvidado(respuesta):
            registro.warning("El scheduler central se reinició: se le vuelve a decir qué falta.")
            for dicho in self._dicho.values():
                super()._add_task(**dicho)
            respuesta = super()._get_work()
        return respuesta

    def _olvidado(self, respuesta) -> bool:
        """Si el scheduler no conoce nada de lo que aquí está listo para correr."""
        return (
            respuesta.task_id is None
            and respuesta.worker_state == WORKER_STATE_ACTIVE
            and not respuesta.n_pending_tasks
            and bool(self._listas())
        )

    def _listas(self) -> list[luigi.Task]:
        """Las que ya podrían correr: sin empezar, y con todo lo que piden hecho."""
        hechas = {i for i, d in self._dicho.items() if d["status"] == DONE}
        return [
            self._scheduled_tasks[i]
            for i, d in self._dicho.items()
            if d["status"] == PENDING
            and i not in self._running_tasks
            and hechas.issuperset((*d.get("deps", ()), *d.get("new_deps", ())))
        ]

    def _keep_alive(self, get_work_response) -> bool:
        listas = [] if self._stop_requesting_work else self._listas()
        if not listas:
            return False
        limite = config.actual().ajustes.espera_tienda
        esperado = (datetime.now() - self._idle_since).total_seconds()
        quien = self._quien_no_deja(listas)
        if esperado >= limite:
            self._rendirse(listas, f"Pasaron {limite:.0f} s esperando turno: {quien}.")
            return False
        if quien != self._dicha_espera:
            self._dicha_espera = quien
            registro.info(
                "Esperando turno para %s: %s. Se espera hasta %.0f s.",
                nombres(listas), quien, limite,
            )  # fmt: skip
        registro.info(
            "Esperando turno: %.0f s de %.0f", esperado, limite, extra={"efimero": True}
        )  # fmt: skip
        return True

    def _start_phasing_out(self):
        registro.error(
            "Se pidió parar esta corrida (en la página del scheduler, o con --take-lock): termina "
            "lo que está corriendo y lo demás se queda sin intentar."
        )
        super()._start_phasing_out()

    def _rendirse(self, listas: list[luigi.Task], por_que: str) -> None:
        registro.error("%s Se quedan sin correr %s.", por_que, nombres(listas))
        for tarea in listas:
            tarea.trigger_event(luigi.Event.FAILURE, tarea, ErrorOcupado(por_que))

    def _quien_no_deja(self, listas: list[luigi.Task]) -> str:
        """Quién tiene lo que estas tareas necesitan, según el scheduler."""
        recursos = {r for t in listas for r in self._dicho[t.task_id].get("resources", ())}
        try:
            if (self._scheduler.is_paused() or {}).get("paused"):
                return "el scheduler está en pausa (en su página, «Pause»)"
            corriendo = self._scheduler.task_list(status=RUNNING, upstream_status="", limit=False)
        except RPCError:
            return "el scheduler central no contesta"
        ajenas = [
            quien(t)
            for t in corriendo.values()
            if recursos.intersection(t.get("resources_running") or t.get("resources") or ())
        ]
        return "; ".join(sorted(set(ajenas))) or "otra orden va antes en el scheduler"


def quien(tarea: dict) -> str:
    """Una tarea que corre, como la muestra el scheduler: cuál es, y qué proceso la tiene."""
    que = " ".join(
        [tarea["name"], *(str(v) for k, v in tarea["params"].items() if k in ("tienda", "desde"))]
    )
    worker = tarea.get("worker_running") or ""
    pid, host = (re.search(rf"{c}=([^,)]+)", worker) for c in ("pid", "host"))
    donde = f" (proceso {pid[1]} en {host[1]})" if pid and host else ""
    return f"la tiene {que}{donde}"


def nombres(tareas: list[luigi.Task]) -> str:
    """Las tareas, en pocas palabras."""
    todos = sorted({getattr(t, "nombre", t.task_family) for t in tareas})
    mas = f" y {len(todos) - 3} más" if len(todos) > 3 else ""
    return ", ".join(todos[:3]) + mas
