# Everything runs in .venv, made from pyproject.toml alone. NLUCOMPRESS_DATA names a folder of real
# data sets (clinc150/, snips/, keys/) for the targets that measure on them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := build/demo
DATA ?= $(NLUCOMPRESS_DATA)

.PHONY: demo test check bench figures fuzz golden sample clean
.DELETE_ON_ERROR:

demo: $(STAMP)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh sample_data/demo.sh $(DEMO)

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python -m tests.bench.speed
	$(BIN)/python -m tests.bench.keys $(if $(DATA),--keys $(DATA)/keys/wordfreq_large.tsv.gz)

figures: $(STAMP)
	$(BIN)/python -m tests.bench.figures $(if $(DATA),--data $(DATA))

fuzz: $(STAMP)
	$(BIN)/python tests/fuzz.py --seconds 60

golden: $(STAMP)
	$(BIN)/python tests/golden/make.py

sample: $(STAMP)
	$(BIN)/python sample_data/generate.py

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@
