# `make demo` and `make test` need nothing but python3 (3.11 or newer); they install the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
TRAINING := $(VENV)/training
# Where the programs are that read releases back.
FACEMESH_READERS ?= .readers

.PHONY: help demo test fuzz readers lint format clean system compiled

help:
	@echo "make demo     make a project of the sample images and open it in napari;"
	@echo "              without a display: edit by itself and save screenshots"
	@echo "make test     run all checks and tests"
	@echo "make fuzz     run the tests that damage, kill and fill things, at length: an hour or two"
	@echo "make readers  install the programs of others that read releases, and run their tests;"
	@echo "              READERS='coco yolo' for some of them alone"
	@echo "make lint     run the checks alone"
	@echo "make format   format the code and fix what can be fixed"
	@echo "make clean    remove everything that was made, the demo project included"

# Installing is done again only when the requirements change.
$(INSTALLED): pyproject.toml
	@.ci/virtual-environment $(PYTHON) $(VENV)
	@echo "installing what is needed into $(VENV), which takes a few minutes the first time"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Training needs PyTorch, of which newer releases than the tested one are many times as large.
$(TRAINING): $(INSTALLED)
	@echo "installing PyTorch into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'torch==2.13.0'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,train]'
	@touch $@

system:
	@.ci/system-packages

# Tests start hundreds of processes: what they import is compiled once, also where Python is told
# (PYTHONDONTWRITEBYTECODE) to keep nothing, and none writes it while its disk is full.
compiled: $(TRAINING)
	@$(BIN)/python -m compileall -q annotator tests

demo: system $(INSTALLED)
	@if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		.ci/with-display $(BIN)/facemesh-annotator demo --headless; \
	else \
		$(BIN)/facemesh-annotator demo; \
	fi

test: system lint compiled
	.ci/with-display $(BIN)/python -m pytest --numprocesses auto --dist loadfile

# Every variable can be set: FACEMESH_FUZZ multiplies the rounds of damaged bytes, the others count.
fuzz: export FACEMESH_FUZZ ?= 200
fuzz: export FACEMESH_KILLS ?= 200
fuzz: export FACEMESH_WINDOW_KILLS ?= 50
fuzz: export FACEMESH_RESTORE_KILLS ?= 160
fuzz: export FACEMESH_IMAGES ?= 2000
fuzz: export FACEMESH_STEPS ?= 300
fuzz: system $(TRAINING) compiled
	.ci/with-display $(BIN)/python -m pytest --numprocesses auto --dist loadfile \
		$$(grep -rl --include='test_*.py' 'from tests.fuzzing import' tests)

# Each program has an environment of its own; all of them together take many gigabytes.
readers: export FACEMESH_READERS := $(abspath $(FACEMESH_READERS))
readers: system $(TRAINING)
	.ci/reader-environments $(PYTHON) $(FACEMESH_READERS) $(READERS)
	.ci/with-display $(BIN)/python -m pytest -m readers tests/release/readers

lint: $(TRAINING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .readers build dist facemesh-demo facemesh-demo-release-* .mypy_cache .pytest_cache .ruff_cache .hypothesis
