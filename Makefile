# Two commands set everything up by themselves: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CALLS ?= ../shared/calls/dev

.PHONY: demo test quick lint bench clean

demo: $(READY)
	$(BIN)/callqa score examples/calls --db out/demo.db --report out/demo

test: $(READY)
	$(BIN)/python -m pytest -q -n auto --dist loadfile

# Without the real model: a few seconds, for work on the code.
quick: $(READY)
	$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not model"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python bench/run.py "$(CALLS)"

clean:
	rm -rf $(VENV) out build *.egg-info

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer with venv is needed: apt-get install python3 python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
