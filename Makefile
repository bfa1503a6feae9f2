# Every target does its own set-up: the only thing needed beforehand is Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PYTHONHASHSEED := 0

.PHONY: demo test lint fuzz bench docs lock clean

demo: $(RUN_STAMP)
	$(BIN)/python cli.py demo --out demo --force

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(DEV_STAMP)
	$(BIN)/python -m tests.fuzz $(or $(ARGS),--cases 20000)

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks $(or $(ARGS),scale 10000x50x2)

docs: $(DEV_STAMP)
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

# Resolves the dependencies again and records them with their hashes, and no address.
lock: $(DEV_STAMP)
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements/run.lock
	$(BIN)/uv pip compile pyproject.toml --group test --group lint --group docs --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -c requirements/run.lock -o requirements/dev.lock

clean:
	rm -rf $(VENV) build dist docs/_build demo

# A venv that was begun and not finished (Debian without python3-venv) would be taken for a whole one.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUN_STAMP): requirements/run.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/run.lock
	touch $@

$(DEV_STAMP): requirements/dev.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/dev.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@ $(RUN_STAMP)
