# Two commands do everything on a fresh machine: `make up` runs the whole, `make test` runs every test.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export RASA_TELEMETRY_ENABLED := false

# uv from the PATH where it works (a shim may not), else one in a folder of our own.
UV := $(shell if uv --version >/dev/null 2>&1; then echo uv; else echo .tools/bin/uv; fi)
PY := .venv/bin/python

# A test process on each core, each with its own PostgreSQL; more than four are no quicker.
TEST_PROCESSES ?= $(shell cores=$$(nproc 2>/dev/null || echo 2); echo $$((cores > 4 ? 4 : cores)))
PARALLEL := -n $(TEST_PROCESSES) --dist worksteal

# Broadcasts wait for leases, pauses and rates most of the time, and have databases of their own.
BROADCASTS := tests/acceptance/notices

.PHONY: help up test setup assets lint types imports unit dialogue acceptance chaos chaos-messages chaos-notices browser current city model clean bench-console bench-notices bench-understanding

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.tools/bin/uv:
	@echo "Getting uv, which gets everything else"
	@for python in python3 /usr/bin/python3; do \
	  $$python -m venv .tools 2>/dev/null && .tools/bin/pip install --quiet uv && exit 0; done; \
	echo "Python 3 with its venv module is needed (Debian: apt-get install python3-venv)"; exit 1

.venv/.ready: pyproject.toml uv.lock .python-version | $(filter .tools/bin/uv,$(UV))
	@echo "Getting Python 3.10 and the packages"
	@$(UV) sync --frozen --compile-bytecode
	@touch $@

setup: assets ## get Python 3.10, the packages, and the console's scripts and styles

assets: .venv/.ready
	@$(PY) -m launcher assets

up: .venv/.ready ## prepare and run everything; Ctrl-C stops it
	@exec $(PY) -m launcher up

model: .venv/.ready ## train the assistant where its model is stale
	@$(PY) -m launcher model

test: lint types imports unit dialogue acceptance current ## every test
	@echo "All tests passed."

lint: .venv/.ready
	@echo "== lint" && .venv/bin/ruff check . && .venv/bin/ruff format --check .

types: .venv/.ready
	@echo "== types" && .venv/bin/mypy

imports: .venv/.ready
	@echo "== import rules" && .venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports

unit: assets ## unit tests, and integration tests on a real PostgreSQL
	@echo "== unit and integration" && $(PY) -m pytest -q $(PARALLEL) tests/unit tests/integration

dialogue: model ## data validation, NLU and dialogue tests on the trained model
	@echo "== dialogue" && $(PY) -m rasa data validate --fail-on-warnings --quiet && $(PY) -m pytest -q tests/dialogue

acceptance: model assets ## the whole, with all processes really running, and the phone page where Chromium is found
	@echo "== acceptance" && $(PY) -m pytest -q --ignore=$(BROADCASTS) tests/acceptance && $(PY) -m pytest -q $(PARALLEL) $(BROADCASTS)

chaos: chaos-messages chaos-notices ## both of the following

chaos-messages: model ## kill each process in turn under the full load of 20 messages a second
	@CHAOS_RATE=20 $(PY) -m pytest -q tests/acceptance/test_kills.py

chaos-notices: .venv/.ready ## all that can go wrong with a broadcast to N=100000 recipients, K=100 kills at random (takes hours)
	@CHAOS_RECIPIENTS=$(or $(N),100000) CHAOS_KILLS=$(or $(K),100) $(PY) -m pytest -v --durations=0 $(BROADCASTS)

browser: model ## only the phone page, in a real browser
	@echo "== browser" && $(PY) -m pytest -q tests/acceptance/test_browser.py

# Everything outside bot/rasa and actions also runs on a current Python without Rasa. Tests that kill processes are
# about the database and the clock rather than the Python: running them once is enough.
ONCE := --ignore-glob='*/test_kill*.py' --ignore-glob='*/test_trouble.py' --ignore-glob='*/test_leases.py'
current: .venv/.ready
	@current=$$(for python in python3.13 python3.12 $$HOME/.pyenv/versions/3.1[23].*/bin/python; do \
	  $$python -c 'import sys; print(sys.executable)' 2>/dev/null && break; done); \
	if [ -z "$$current" ]; then echo "== current Python: none found, skipped"; else \
	  echo "== current Python without Rasa: $$($$current --version)"; \
	  UV_PROJECT_ENVIRONMENT=.venv-current $(UV) sync --frozen --quiet --compile-bytecode --no-group rasa --python "$$current" && \
	  .venv-current/bin/python -m pytest -q $(PARALLEL) $(ONCE) tests/unit tests/integration; fi

bench-understanding: .venv/.ready ## how well is understood? DATA=folder OUT=file; DIET=1 [EPOCHS=100] trains Rasa's default beside ours
	@$(PY) -m benchmarks.understanding $(if $(DATA),--data $(DATA)) --out $(or $(OUT),build/understanding.json) $(if $(filter 1,$(DIET)),--diet --diet-epochs $(or $(EPOCHS),100))

bench-console: assets ## how fast are the console's pages with a million messages in the database?
	@$(PY) -m benchmarks.console --messages $(or $(N),1000000)

bench-notices: .venv/.ready ## how fast are notices sent? Beside it the plain loop that one would write
	@$(PY) -m benchmarks.notices --recipients $(or $(N),30000) --workers $(or $(WORKERS),2)

clean: ## remove what was generated here, except the data folder
	rm -rf .venv .venv-current .tools build models .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .rasa
