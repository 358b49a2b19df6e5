# One command from a clone to a running topology. Everything here is comfort:
# plain `pulumi` commands do the same, see `make env`.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.SUFFIXES:

PYTHON ?= python3
STACK  ?= dev
# Processes that run tests side by side, on the same brokers: live tests wait most of the time.
WORKERS ?= 3
PYTEST = $(PY) -m pytest --numprocesses $(WORKERS) --dist loadgroup --no-loadscope-reorder
# What `make test-all` runs; CI, which has run `make test` before, says ALL=--rest.
ALL ?=
# What `make bench` measures: numbers of objects, and how often.
SIZES  ?= 4 100 1000
ROUNDS ?= 3
VENV   := venv
# Pulumi's language host runs `pip list` in each run, for which older ones take twice as long.
PIP    := 26.3
PY     := $(VENV)/bin/python
TOOLS  := $(PY) -m toolchain
# Runs what follows in the environment that `make env` prints.
WITH_ENGINE = settings="$$($(TOOLS) env)"; eval "$$settings";

# Installed requirements, kept as stamps that are older than a changed requirements file.
RUNTIME := $(VENV)/.runtime
CHECKS  := $(VENV)/.checks
MEASURES := $(VENV)/.measures
CLOUDS   := $(VENV)/.clouds

.PHONY: help up preview outputs env demo test test-all unit lint check tools down clean purge soak sabotage bench generate golden

help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(RUNTIME) ## Set up everything and apply the dev stack to a real RabbitMQ
	@$(TOOLS) engine
	@$(TOOLS) broker up
	@$(WITH_ENGINE) pulumi stack select --create $(STACK)
	@$(WITH_ENGINE) pulumi up --stack $(STACK) --yes --refresh

preview: $(RUNTIME) ## Show what `make up` would change
	@$(WITH_ENGINE) pulumi preview --stack $(STACK)

outputs: $(RUNTIME) ## Print the stack's outputs as JSON, secrets masked (use make -s)
	@$(WITH_ENGINE) pulumi stack output --stack $(STACK) --json

env: $(RUNTIME) ## Print shell settings for plain commands: eval "$(make -s env)"
	@$(TOOLS) env

demo: $(RUNTIME) ## Another stack reads a service's URL and a message arrives
	@$(WITH_ENGINE) $(PY) -m examples.consumer.demo

test: $(CHECKS) lint ## Check style, types and every promise of the README, on one real broker
	@$(TOOLS) engine --recorded
	@images="$$($(TOOLS) series)"; RABBITMQ_TEST_IMAGES="$$images" RABBITMQ_TEST_NEWEST=1 \
		$(PYTEST) -m '(smoke or not live) and not full and not soak'

test-all: $(CHECKS) $(CLOUDS) lint ## Run all tests, on real brokers of every series
	@$(TOOLS) engine --recorded
	@images="$$($(TOOLS) series --every)"; RABBITMQ_TEST_IMAGES="$$images" $(PYTEST) $(ALL)

unit: $(CHECKS) ## Run the tests that need neither engine nor broker
	@$(PYTEST) -m 'not live and not full and not soak'

lint: $(CHECKS) ## Check style and types
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo --no-cache

check: lint unit ## What every commit must pass, without engine or broker

tools: $(CHECKS) ## Make the virtualenv with all that checks and tests need

down: $(RUNTIME) ## Stop the broker that `make up` started, keeping its data
	@$(TOOLS) broker down

clean: ## Remove what was made in this clone: dev broker, local state, virtualenv
	@if test -x $(PY); then $(TOOLS) clean; fi
	@rm -rf .topology $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

purge: clean ## Also remove the caches that all clones of this user share
	@rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/rabbitmq-topology"

soak: $(CHECKS) ## Run the long campaigns: crash points, fuzzing, many topologies
	@$(PY) -m pytest -m soak --timeout 10800

sabotage: $(CHECKS) ## Put 40 small faults into copies of the source, and see the tests fail
	@$(PY) -m tests.sabotage

generate: $(RUNTIME) ## Write the reference and the JSON Schemas anew, from models and rules
	@$(PY) -m tools.generate

golden: $(CHECKS) ## Write the texts of refusals, reports and help anew that tests compare with
	@$(PY) -m pytest -q tests/golden --snapshot-update

bench: $(MEASURES) ## Measure it beside OpenTofu and others (SIZES="4 100 1000" ROUNDS=3)
	@$(PY) -m benchmarks run --sizes "$(SIZES)" --rounds $(ROUNDS)

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; choose one with make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --upgrade pip==$(PIP)

$(RUNTIME): requirements.txt | $(PY)
	@$(PY) -m pip install --quiet --requirement requirements.txt
	@touch $@

$(CHECKS): requirements-dev.txt requirements.txt | $(PY)
	@$(PY) -m pip install --quiet --requirement requirements-dev.txt
	@touch $@ $(RUNTIME)

$(CLOUDS): tests/examples/requirements.txt requirements-dev.txt requirements.txt | $(PY)
	@$(PY) -m pip install --quiet --requirement tests/examples/requirements.txt
	@touch $@

$(MEASURES): benchmarks/requirements.txt requirements-dev.txt requirements.txt | $(PY)
	@$(PY) -m pip install --quiet --requirement benchmarks/requirements.txt
	@touch $@ $(CHECKS) $(RUNTIME)
