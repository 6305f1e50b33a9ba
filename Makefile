# Everything a person or CI does with this project. Only Python >= 3.11 and make are needed.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export HOST PORT

.PHONY: setup setup-dev run test test-scaleout check bench format lint types imports docs clean

setup: $(VENV)/.installed ## make .venv from the hashed lock

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	@echo "Installing into $(VENV) (about half a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Installing the tools for tests and checks ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: setup ## the demo federation, harvested and served
	@$(BIN)/python -m deploy.demo.run --host $(HOST) --port $(PORT)

test: setup-dev ## every test that needs no server
	@$(BIN)/python -m pytest -n auto -m "not scaleout"

test-scaleout: setup-dev ## tests against a real Elasticsearch, alone and as three nodes, PostgreSQL and Keycloak; needs a JDK 21+ and Maven
	@$(BIN)/python deploy/elasticsearch-node/start.py --build
	@$(BIN)/python deploy/keycloak-node/start.py --build
	@$(BIN)/python -m pytest -n 0 -m scaleout

check: format lint types imports test ## what CI runs

format: setup-dev
	@$(BIN)/ruff format --check --quiet .

lint: setup-dev
	@$(BIN)/ruff check --quiet .

types: setup-dev
	@$(BIN)/mypy

imports: setup-dev
	@$(BIN)/lint-imports --no-logo

bench: setup-dev ## figures, one JSON object a line
	@$(BIN)/python -m tests.bench
