# Every target sets up what it needs: Python 3.11 or newer is enough. `make` alone lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test test-consumers test-ui check bench battery docs ui serve setup lint stop

BIN := .venv/bin
WORKERS ?= 3

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/' | while IFS=$$'\t' read -r name what; do printf '  make %-15s %s\n' "$$name" "$$what"; done

demo: setup ## A real recipe over this project's documentation: no key and, once set up, no network
	@$(BIN)/python scripts/demo.py

test: setup lint ## Everything: lint, types, floors, and the whole suite on SQLite and PostgreSQL, WORKERS files at once
	@services="$$(scripts/services.sh)"; eval "$$services"; $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore=tests/consumers --ignore=tests/ui

test-consumers: setup ## Our exports, read by those who train and evaluate on them, each in an environment of its own
	@$(BIN)/python scripts/consumers.py; $(BIN)/pytest tests/consumers

test-ui: setup ## The web application: types, lint, tests, sizes, and in a real browser
	@$(BIN)/python scripts/openapi.py --check
	@scripts/node.sh npm run --silent check
	@scripts/services/programs.sh; $(BIN)/pytest -n $(WORKERS) --dist loadfile tests/ui

check: setup lint ## The minute-long loop: lint, types, floors, and the fast tests
	@services="$$(scripts/services.sh)"; eval "$$services"; $(BIN)/pytest --ignore=tests/stories --ignore=tests/consumers --ignore=tests/ui -m "not slow and not battery"

bench: setup ## Every benchmark: a table and one JSON line each (ARGS=--quick for a short one)
	@failed=""; for script in $$(grep -l '^if __name__' benchmarks/*.py | grep -v '/battery\.py$$'); do \
	  echo; echo "== $$script"; $(BIN)/python "$$script" $(ARGS) || failed="$$failed $$script"; \
	done; if [ -n "$$failed" ]; then echo "failed:$$failed" >&2; exit 1; fi

battery: setup ## The long fault battery: kills, faults and full disks, counted
	@services="$$(scripts/services.sh)"; eval "$$services"; $(BIN)/python benchmarks/battery.py $(ARGS)

docs: setup ## Write the generated pages of docs/ again
	@$(BIN)/python scripts/docs.py

ui: setup ## Build the web application into src/rowsmith/web
	@scripts/node.sh npm run --silent build

serve: setup ## Work on the web application: changes of ui/ show at once (ARGS for rowsmith serve)
	@scripts/serve.sh $(ARGS)

setup: ## Make .venv, when it is not up to date
	@scripts/setup.sh

lint:
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

stop: ## End the PostgreSQL server that the tests started
	@scripts/services.sh stop
