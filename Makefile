# Two commands: `make run` (the reference study into out/) and `make test`.
# Both set up .venv beside this file, with the console script `rami` in it.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
SITE ?= examples/reference/site.yaml
OUT ?= out
ARGS ?=
NODE_OPCUA_VERSION := 2.186.4
PANDAPIPES_VERSION := 0.16.0

# The newest of the interpreters found that is at least 3.11; `make PYTHON=/path/to/python3.12`
# overrides it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python3.14; do \
	command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: run test soak bench peers pandapipes lint format types check clean help

help: ## Show the commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run ## Run the reference study into out/ (SITE, OUT and ARGS may be given).
	@$(BIN)/rami study $(SITE) --out $(OUT) $(ARGS)

test: $(VENV)/.test ## Run the tests.
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal -m "not soak" $(ARGS)

soak: $(VENV)/.test ## Run the long tests (minutes).
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -m soak $(ARGS)

peers: $(VENV)/.peers $(VENV)/.node ## Install the packages that wider tests and benchmarks compare with.

bench: $(VENV)/.peers ## Measure against the peers; writes benchmarks/results.json.
	@$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/.dev ## Style and layer rules.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## Write the style that `make lint` asks for.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: $(VENV)/.dev ## Type check.
	@$(BIN)/mypy

check: lint types test ## Lint, types and tests.

clean: ## Remove the environment, caches and results.
	rm -rf $(VENV) $(OUT) .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# a comma would part the arguments of a call
WITH_PEERS := .[test,peers]

# One line of progress per package instead of pip's page, and pip's own words when it fails.
# Bytecode is written on first use: compiling all of it would double the size of the environment.
define install
	@echo "installing $(1) into $(VENV) (a minute or two the first time)"
	@$(BIN)/python -m pip install --no-input --disable-pip-version-check \
		--progress-bar off --no-compile -c constraints.txt -e '$(1)' \
		| sed -un 's/^Collecting \([^ ]*\).*/  \1/p'
	@touch $@
endef

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.)

$(VENV)/.test: $(VENV)/.run
	$(call install,.[test])

$(VENV)/.peers: $(VENV)/.test
	$(call install,$(WITH_PEERS))

pandapipes: $(VENV)/.test $(VENV)/.pandapipes ## Compare the demo district's network with pandapipes.
	PANDAPIPES=$(VENV)/pandapipes/bin/python \
		$(BIN)/python -m pytest -q tests/functional/district/test_against_pandapipes.py

# in an environment of its own: pandapower pins an older pandas and SciPy than ours
$(VENV)/.pandapipes: Makefile | $(BIN)/python
	@echo "installing pandapipes into $(VENV)/pandapipes"
	@$(BIN)/python -m venv $(VENV)/pandapipes
	@$(VENV)/pandapipes/bin/python -m pip install -q --no-input --disable-pip-version-check \
		pandapipes==$(PANDAPIPES_VERSION)
	@touch $@

# node-opcua is found by tests and benchmarks when NODE_OPCUA=.venv/node
$(VENV)/.node: Makefile | $(BIN)/python
	@if command -v npm >/dev/null; then \
		echo "installing node-opcua into $(VENV)/node"; \
		npm install --silent --no-audit --no-fund --prefix $(VENV)/node \
			node-opcua-server@$(NODE_OPCUA_VERSION) node-opcua-client@$(NODE_OPCUA_VERSION) && touch $@; \
	else echo "no npm here: node-opcua is left out"; fi

$(VENV)/.dev: $(VENV)/.test
	$(call install,.[dev])

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found:" \
		"apt-get install python3 python3-venv, or make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv" >&2; \
		exit 1; }
	@command -v cc >/dev/null || { \
		echo "a C compiler named cc is needed to build the FMUs: apt-get install gcc libc6-dev" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
