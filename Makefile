# Two commands set everything up by themselves: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CALLS ?= ../shared/calls/dev
SCALE ?= 10000

.PHONY: demo test thorough quick lint bench bench-peers clean

demo: $(READY)
	$(BIN)/callqa score examples/calls --db out/demo.db --report out/demo

test: $(READY)
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not long and not thorough"

# What takes its time: most of the browser, trainings, clusters, every fault on real processes, killings, fuzzing.
thorough: $(READY)
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "long or thorough"

# Without the real model, browsers, and what is slow by nature, for work on the code. With COVERAGE=1 the long
# tests run too, the lines that run are counted, and it fails below the floors of .ci/coverage_floor.py.
quick: $(READY)
	@mkdir -p out
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not model and not slow and not thorough$(if $(COVERAGE),, and not long)" --ignore tests/browser $(if $(COVERAGE),--cov --cov-report=json:out/coverage.json)
	$(if $(COVERAGE),$(BIN)/python .ci/coverage_floor.py out/coverage.json)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(READY) out/bench-$(SCALE).db
	$(BIN)/python -m bench.speed.startup
	$(BIN)/python -m bench.quality.run "$(CALLS)"
	$(BIN)/python -m bench.speed.run "$(CALLS)"
	$(BIN)/python -m bench.speed.command "$(CALLS)"
	$(BIN)/python -m bench.speed.reports out/bench-$(SCALE).db
	$(BIN)/python -m bench.speed.encryption out/bench-$(SCALE).db
	$(BIN)/python -m bench.quality.kernels "$(CALLS)"

# whisperX for bench/speed/run.py, in an environment of its own: 7.6 GB with torch, which nothing else needs.
bench-peers:
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check whisperx==3.8.6

# A database of SCALE calls to time reports with: 8 ms and 52 KB a call.
out/bench-$(SCALE).db: $(READY)
	$(BIN)/callqa score examples/calls --jsonl out/bench.jsonl
	$(BIN)/python -m bench.speed.many_calls out/bench.jsonl $@ --calls $(SCALE)

clean:
	rm -rf $(VENV) .venv-3.13 $(PEERS) out build *.egg-info

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer with venv is needed: apt-get install python3 python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all,dev,ear]'
	@touch $@
