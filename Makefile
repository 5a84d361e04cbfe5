# Two commands for everybody: `make run` and `make test`. The others are for who works here.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 5000
DATA_DIR ?= ./var
export PORT DATA_DIR
# Tests wait for servers and browsers more than they compute: one more at a time than there are processors. A file's tests stay together.
SIDE_BY_SIDE := -n $(shell expr $$(nproc 2>/dev/null || echo 1) + 1) --dist loadfile

.PHONY: run test check format bench replay system screenshots

.venv/installed: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

MESSAGES := $(patsubst %.po,%.mo,$(wildcard dispatch/translations/*/LC_MESSAGES/messages.po))
%.mo: %.po .venv/installed
	@$(BIN)/pybabel --quiet compile -f -i $< -o $@ 2>/dev/null

run: export DEMO ?= 1
run: export PREPARE = 1
run: .venv/installed $(MESSAGES)
	@$(BIN)/python -m gunicorn -c dispatch/gunicorn.py wsgi:app

system:
	@bash .ci/system

test: .venv/installed-dev $(MESSAGES) system
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit -q -r dispatch config.py wsgi.py -c pyproject.toml
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) -m "not alone"
	$(BIN)/python -m pytest -q -m alone

check: .venv/installed-dev $(MESSAGES)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) -m "not slow"

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-dev $(MESSAGES)
	$(BIN)/python -m tests.bench

# `make replay REPLAY="--scenarios S2 --seeds 11,12"`; `--help` says what else.
replay: .venv/installed-dev
	@$(BIN)/python -m tests.replay $(REPLAY)

screenshots: .venv/installed-dev $(MESSAGES) system
	$(BIN)/python -m tests.pages.screenshots
