# Everything runs in a virtual environment of its own, .venv; python3 >= 3.12 and the package index are all it takes.

VENV := .venv
# .ready: astrosim alone, what a run needs; .tools: with PyTorch and all that tests and benchmarks need
READY := $(VENV)/.ready
TOOLS := $(VENV)/.tools
WORKERS ?= 2  # test processes
SCENARIO ?= scenarios/maturity.toml
PYTHONS := $(PYTHON) python3 python3.12 python3.13 python3.14
RECENT := import sys; sys.exit(sys.version_info < (3, 12))
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

.PHONY: help setup dev run view notebooks test test-quick test-full lint bench trust docs clean
.DEFAULT_GOAL := help

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY)  ## virtual environment with astrosim

dev: $(TOOLS)  ## the same with PyTorch (about 5 GB) and the development tools

$(READY): pyproject.toml
	@for p in $(PYTHONS); do \
	  if "$$p" -c '$(RECENT)' 2> /dev/null; then chosen=$$p; break; fi; \
	done; \
	if [ -z "$${chosen:-}" ]; then \
	  echo "astrosim needs Python 3.12 or later; python3 is: $$(python3 --version 2>&1 || true)."; \
	  echo "Install one, or name it: make setup PYTHON=/path/to/python3.12"; exit 1; \
	fi >&2; \
	if ! "$$chosen" -c 'import ensurepip' 2> /dev/null; then \
	  echo "$$chosen cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; \
	fi >&2; \
	echo "Setting up $(VENV) with $$("$$chosen" --version) ..."; \
	"$$chosen" -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --editable .
	@touch $@

$(TOOLS): $(READY)  # Python's byte code is made of what is imported, when it is: of all 5 GB it takes minutes
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --no-compile --editable '.[dev]'
	@touch $@

$(VENV)/.docs: $(READY)  # with what the documented doors import
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --editable '.[docs,tasks,control]'
	@touch $@

$(VENV)/.%: $(READY)
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --editable '.[$*]'
	@touch $@

run: setup  ## the main job: scenarios/maturity.toml, with its report (SCENARIO=... for another)
	@$(VENV)/bin/astrosim run $(SCENARIO)

view: $(VENV)/.view  ## watch it learn in the browser (SCENARIO=... for another, or a run directory)
	@$(VENV)/bin/astrosim view $(SCENARIO)

notebooks: $(VENV)/.notebook  ## execute analysis/*.py and write the .ipynb beside them (NAMES=... for some)
	@$(VENV)/bin/python analysis/execute.py $(NAMES)

test-quick: lint  ## style, types and a choice of tests, for small steps
	@$(VENV)/bin/python -m pytest -n $(WORKERS) --dist load -m 'not full' --quick

test: lint  ## style, types and all tests but the slowest
	@$(VENV)/bin/python -m pytest -n $(WORKERS) -m 'not full' --durations=25

test-full: lint  ## the same with the slowest tests
	@$(VENV)/bin/python -m pytest -n $(WORKERS) --durations=25

lint: dev  ## style and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

docs: $(VENV)/.docs  ## the documentation, docs/_build/html/index.html, built offline; a warning is an error
	@PYTHONPATH=$(CURDIR) $(VENV)/bin/python -m sphinx -q -W --keep-going -j auto docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: dev  ## speed, memory and start-up (ARGS=... for options)
	@$(VENV)/bin/python -m benchmarks $(ARGS)

trust: dev  ## fault campaigns: kills, crashes, damage, full disks, fuzzing; about an hour (ARGS=--share=.1 for fewer)
	@$(VENV)/bin/python -m benchmarks.trust $(ARGS)

clean:  ## remove the virtual environment and all caches; runs/ stays
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist docs/_build
	@find astrosim tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
