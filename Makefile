# Una palabra por trabajo. Todas instalan lo que les falte y se pueden repetir.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALAR := $(BIN)/pip install --quiet --disable-pip-version-check -c restricciones.txt
# Los paquetes del sistema se piden una vez, todos los de las órdenes de esta llamada.
SISTEMA := $(if $(filter test bench historia,$(MAKECMDGOALS)),pruebas,$(if $(filter demo-lago,$(MAKECMDGOALS)),lago,demo))

.PHONY: ayuda sistema demo demo-lago scheduler test lint bench historia limpiar

ayuda:
	@echo "make demo       instala lo que falte y carga la cadena de demostración"
	@echo "make demo-lago  lo mismo en un lago: dos hosts, un scheduler y un PostgreSQL pasajero"
	@echo "make scheduler  arranca el scheduler central en loopback, con su página (PUERTO=8082)"
	@echo "make test       instala lo que falte y corre todas las pruebas"
	@echo "make lint       revisa el estilo y las capas"
	@echo "make bench      compara este proyecto con el script anterior y con dlt"
	@echo "make historia   carga 82 millones de líneas y mide cuánto tarda todo sobre ellas"
	@echo "make limpiar    borra lo cargado, sus registros y el entorno virtual (pide SI=1)"

sistema:
	@herramientas/sistema.sh $(SISTEMA)

# El entorno se rehace cuando cambian las dependencias. Se deja compilado, como lo deja pip: en un
# contenedor Python no suele guardarlo, y cada proceso lo compilaría otra vez.
$(VENV)/.base: setup.cfg restricciones.txt | sistema
	@test -x $(BIN)/pip || { echo "Creando el entorno virtual en $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Instalando el paquete y sus dependencias"
	@$(INSTALAR) -e .
	@$(BIN)/python -m compileall -q fluxion_luigi
	@touch $@

$(VENV)/.lago: $(VENV)/.base
	@echo "Instalando lo que usa un lago"
	@$(INSTALAR) -e '.[lago]'
	@touch $@

$(VENV)/.pruebas: $(VENV)/.base
	@echo "Instalando lo que usan las pruebas"
	@$(INSTALAR) -e '.[pruebas]'
	@touch $@

$(VENV)/.banco: $(VENV)/.pruebas
	@echo "Instalando lo que usa el banco de medidas"
	@$(INSTALAR) -e '.[pruebas,banco]'
	@touch $@

# La primera carga sale con 30, como debe: una tienda está caída. Qué orden debe salir con qué lo
# cuida el guion.
demo: $(VENV)/.base
	@$(BIN)/python -m fluxion_luigi.demo

demo-lago: $(VENV)/.lago
	@$(BIN)/python -m fluxion_luigi.demo.lago

# En primer plano. Su estado y su historia, donde diga luigi.cfg.
scheduler: $(VENV)/.base
	@exec $(BIN)/fluxion-scheduler $(if $(PUERTO),--port $(PUERTO))

# Tres a la vez, también en dos núcleos: muchas pruebas esperan. En el orden de tests/conftest.py.
test: $(VENV)/.pruebas
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.pruebas
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

bench: $(VENV)/.banco
	@$(BIN)/python -m bench

# Un cuarto de hora y hasta 12 GB en la carpeta temporal, que se borran.
historia: $(VENV)/.pruebas
	@$(BIN)/python -m bench.historia

# datos/ y markers/ son también los de la cadena de verdad, si se usó luigi.cfg tal cual.
limpiar:
	@test "$(SI)" = 1 || { echo "Borra demo, datos (la base con las ventas), staging, reportes, logs, markers y $(VENV)."; echo "Si es lo que quiere: make limpiar SI=1"; exit 1; }
	rm -rf demo datos staging reportes $(VENV)
	find logs markers -mindepth 1 ! -name .gitkeep -delete
