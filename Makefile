# make demo, make test: each starts from a bare Debian or Ubuntu with Python 3.11 or newer.
# TORCH_INDEX=https://download.pytorch.org/whl/cpu fetches the small CPU build of torch.

SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
TORCH ?= torch==2.13.0
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SEED ?= 0

.PHONY: setup demo check test parity bench soak tour clean

setup: $(VENV)/.dev

$(VENV)/.run: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "venv is missing: apt-get install python3-venv"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) '$(TORCH)'
	$(PIP) -c constraints.txt -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) -c constraints.txt -e '.[data,eval,train,dev]'
	touch $@

demo: $(VENV)/.run
	PATH="$(CURDIR)/$(BIN):$$PATH" bash samples/demo.sh

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright --level error
	$(BIN)/pytest -m 'not slow and not gpu' tests/unit tests/property tests/golden

test: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright --level error
	$(BIN)/pytest -m 'not slow and not gpu' --durations 8 tests

parity: $(VENV)/.dev
	$(BIN)/pytest tests/parity --seed $(SEED)

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/pixels.py
	$(BIN)/python benchmarks/video.py --threads 1
	$(BIN)/python benchmarks/load.py
	$(BIN)/python benchmarks/tower.py
	$(BIN)/python benchmarks/tower.py --dtype float32
	$(BIN)/python benchmarks/decode.py
	$(BIN)/python benchmarks/decode.py --dtype float32
	$(BIN)/python benchmarks/rows.py
	$(BIN)/python benchmarks/quant.py
	$(BIN)/python benchmarks/serving.py
	$(BIN)/python benchmarks/constrain.py
	$(BIN)/python benchmarks/dedup.py
	$(BIN)/python benchmarks/loading.py
	$(BIN)/python benchmarks/saving.py
	$(BIN)/python benchmarks/packing.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python benchmarks/step.py
	$(BIN)/python benchmarks/run.py

tour: $(VENV)/.dev
	PYTHON=$(BIN)/python recipes/tour/run

soak: $(VENV)/.dev
	$(BIN)/pytest -m 'not gpu' --soak tests

clean:
	rm -rf $(VENV) out build dist
