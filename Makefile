# Everything runs in .venv, made from pyproject.toml alone. NLUCOMPRESS_DATA names a folder of real
# data sets (clinc150/, snips/, models/, keys/) for the targets that measure on them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What the demo runs is a part of what the tests need, and of less size.
RUNS := $(if $(wildcard $(STAMP)),$(STAMP),$(VENV)/.runs)
DEMO := build/demo
DATA ?= $(NLUCOMPRESS_DATA)

.PHONY: dist wasm man demo test check bench figures training startup comparison graceful differential kills fuzz golden device closed smallest promises pruning sample clean
.DELETE_ON_ERROR:

demo: $(RUNS)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh sample_data/demo.sh $(DEMO)

# Once with the C extension (where a compiler built it) and once without: same bytes, same answers. The
# second time leaves out what asks for the extension, or is the same work again, slower.
WITHOUT = native bench differential test_docs.py test_layers.py cli/test_schemas.py \
          cli/shrink/test_compress.py unit/stages/shrink/test_compress.py
test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal
	NLUCOMPRESS_PURE=1 $(BIN)/python -m pytest --quiet --numprocesses auto --dist worksteal $(WITHOUT:%=--ignore=tests/%)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

device: build/nlu-predict
	@ls -l $< | awk '{print "build/nlu-predict: " $$5 " bytes, stripped"}'

build/nlu-predict: nlucompress/native/nlu-predict.c nlucompress/native/nlucompress.h
	@mkdir -p build
	$(CC) -std=c99 -Os -Wall -Wextra -Wconversion -Werror -s -o $@ $<

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python -m tests.bench.speed
	$(BIN)/python -m tests.bench.device $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.lowrank $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.networks.distortion $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.hashing.peers
	$(BIN)/python -m tests.bench.hashing.static_functions $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.hashing.row_codes $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.hashing.keys $(if $(DATA),--keys $(DATA)/keys/wordfreq_large.tsv.gz)

figures: $(STAMP)
	$(BIN)/python -m tests.bench.figures $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.taggers.imported $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.embeddings $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.fasttext $(if $(DATA),--data $(DATA))
	$(BIN)/python -m tests.bench.out_of_scope $(if $(DATA),--data $(DATA))

# Closed tables and shorter fingerprints: accidents, flips and bytes on three data sets; minutes.
closed: $(STAMP)
	@test -n "$(DATA)" || { echo "make closed DATA=folder: name the folder of data" >&2; exit 2; }
	$(BIN)/python -m tests.bench.hashing.closed --data $(DATA)

# What `compress` finds within gates and what presets cost; how often its choice misses on unseen
# examples; which rule drops weights best. About an hour, most of it the network's.
smallest promises pruning: $(STAMP)
	@test -n "$(DATA)" || { echo "make $@ DATA=folder: name the folder of data" >&2; exit 2; }
	$(BIN)/python -m tests.bench.$@ --data $(DATA)

training: $(STAMP)
	$(BIN)/python -m tests.bench.training $(if $(DATA),--data $(DATA))

.PHONY: answers
answers: $(STAMP)
	$(BIN)/python -m tests.bench.answers $(if $(DATA),--data $(DATA))

.PHONY: scale
scale: $(STAMP)
	$(BIN)/python -m tests.bench.scale

startup: $(STAMP)
	$(BIN)/python -m tests.bench.startup

comparison: $(STAMP)
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python -m tests.bench.networks.comparison --data $(DATA)
	$(BIN)/python -m tests.bench.networks.schedules --data $(DATA)
	$(BIN)/python -m tests.bench.networks.composed --data $(DATA)
	$(BIN)/python -m tests.bench.networks.epochs --data $(DATA)

# Updates and compressed models that break little, compatible representations, LQF; hours.
graceful: $(STAMP)
	@test -n "$(DATA)" || { echo "make graceful DATA=folder: name the folder of data" >&2; exit 2; }
	@missed=0; for each in update near overlays ensembles compression compatible device linearized; do \
	  $(BIN)/python -m tests.bench.graceful.$$each --data $(DATA) || missed=1; done; exit $$missed

# Foreign tools, pinned and in an environment of their own, train models; ours must answer alike.
# OpenNLP and CRF++ are asked where their programs are on the path.
differential: $(STAMP)
	$(PYTHON) -m venv .venv-differential
	.venv-differential/bin/python -m pip install --quiet --editable . \
	  -r tests/differential/requirements.txt
	.venv-differential/bin/python -m tests.differential.run

# Workers, schedulers and clients of fleets are killed while they work, 20 times each; half an hour.
kills: $(STAMP)
	$(BIN)/python -m tests.bench.kills

# Time and memory of importing vectors, against gensim's readers in the same run.
.PHONY: reading
reading:
	$(PYTHON) -m venv .venv-differential
	.venv-differential/bin/python -m pip install --quiet --editable . \
	  -r tests/differential/requirements.txt
	.venv-differential/bin/python -m tests.bench.reading

fuzz: $(STAMP)
	$(BIN)/python tests/fuzz/run.py --seconds 60

# The page that is installed for `man`, after a change of what the help says of the program.
man: $(STAMP)
	$(BIN)/python -m nlucompress.cli.manual > nlucompress/man/nlucompress.1

# A wheel and an sdist, each installed into an empty environment, where the demo is run.
dist: $(STAMP)
	$(BIN)/python -m tests.packaging.distributions dist

# The reader for browsers, a page that classifies offline, and the same scores in Node.js.
wasm: $(STAMP)
	$(BIN)/python -m pip install --quiet 'ziglang>=0.13'
	$(BIN)/python nlucompress/native/wasm/build.py build/wasm
	$(BIN)/python -m pytest --quiet tests/native/test_wasm.py

golden: $(STAMP)
	$(BIN)/python tests/golden/make.py

sample: $(STAMP)
	$(BIN)/python sample_data/generate.py

# Fleets against the shell, two workers against one, memory, many workers simulated; minutes.
.PHONY: fleet
fleet: $(STAMP)
	$(BIN)/python -m tests.bench.fleets.costs --keep build/fleet
	$(BIN)/python -m tests.bench.fleets.bundles build/fleet/one

clean:
	rm -rf $(VENV) .venv-differential build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.runs: pyproject.toml nlucompress/native/_native.c nlucompress/native/nlucompress.h
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(STAMP): pyproject.toml nlucompress/native/_native.c nlucompress/native/nlucompress.h
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev,train]'
	@touch $@
