# Two commands are all a newcomer needs: `make demo` and `make test`. Each sets up what it uses.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
export KITAE_REAL_DATA ?= ../shared/data/real

.PHONY: demo test check types shape bench bench-gate bench-data bench-data-quick spark clean browser
.DEFAULT_GOAL := help

help:
	@echo "make demo   the sample project through every stage, offline once its packages are there"
	@echo "make test   the whole suite (and what it needs)"
	@echo "make check  format, lint, types, import rules, shape"
	@echo "make bench  benchmarks and the long tests"
	@echo "make bench-gate  the gate on defects planted in real data"
	@echo "make bench-data  the data engine at 10,000 to 1,000,000 rows, beside other tools (bench-data-quick: 10,000, alone)"
	@echo "make spark  pre-train the embedded model again"

$(VENV)/.user: pyproject.toml constraints.txt
	@echo "Making $(VENV): about 0.4 GB to download, 1.6 GB on disk (torch for CPU, transformers and what they need)."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install -U "pip>=25.1"
	@$(PIP) install -c constraints.txt torch
	@$(PIP) install -c constraints.txt -e ".[local]"
	@touch $@

$(VENV)/.dev: $(VENV)/.user
	@echo "Adding what the tests need: about 0.2 GB to download."
	@$(PIP) install -c constraints.txt -e ".[all]" --group dev
	@touch $@

$(VENV)/.browser: $(VENV)/.dev
	@bash .ci/browser
	@$(PIP) install -c constraints.txt --group browser
	@touch $@

demo: $(VENV)/.user
	@$(BIN)/kitae demo --dir demo

test: $(VENV)/.dev $(VENV)/.browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not gpu"

check: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 --output-sync=target types shape

types:
	@$(BIN)/pyright src

shape:
	@$(BIN)/ruff format --check src tests bench spark
	@$(BIN)/ruff check src tests bench spark
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q tests/architecture

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

bench-gate: $(VENV)/.dev
	@$(BIN)/python -m bench.gate

bench-data: $(VENV)/.dev
	@$(BIN)/python -m bench.data

bench-data-quick: $(VENV)/.dev
	@$(BIN)/python -m bench.data --quick

spark: $(VENV)/.user
	@$(BIN)/python spark/pretrain.py --out src/kitae/engines/hubs/spark

clean:
	rm -rf $(VENV) demo dist build .pytest_cache .ruff_cache
