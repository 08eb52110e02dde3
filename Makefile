# Every target sets up what it needs; only Python 3.11 or newer and make are required.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := build/sample.ndjson
T ?=
# Most of a test run is spent waiting for servers, so even two processors keep three processes busy.
JOBS ?= 3
PORT ?= 8000

.DEFAULT_GOAL := help
# Do not keep the incomplete output of a failed command.
.DELETE_ON_ERROR:

.PHONY: help
help: ## Print this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Dateline needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A stamp is older than the requirements whenever these change.
$(VENV)/set-up: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/set-up ## Create the virtual environment in .venv

$(SAMPLE): dateline/sample.py | setup
	@mkdir -p $(@D)
	$(BIN)/python -m dateline sample --rows 1000 --seed 1 >$@

.PHONY: run
run: setup $(SAMPLE) ## Serve http://127.0.0.1:8000 with sample data loaded; PORT=8080 uses another port
	$(BIN)/python -m dateline db upgrade
	@# The sample has faulty rows on purpose: they are reported, and exit code 1 is expected.
	$(BIN)/python -m dateline import $(SAMPLE) || [ $$? -eq 1 ]
	$(BIN)/python -m dateline serve --port $(PORT)

.PHONY: test
test: setup ## Run all tests that this machine can run; T=tests/api runs a part, JOBS=0 in one process
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(T)

# T stands apart from --cov, which would take it for the code to measure.
.PHONY: coverage
coverage: setup ## Run the same tests, and list the lines and branches that none of them runs
	$(BIN)/python -m pytest --cov --numprocesses $(JOBS) --dist loadfile $(T)

.PHONY: docker-test
docker-test: setup ## Build the image, start both Compose set-ups and test them (needs Docker)
	$(BIN)/python -m pytest -v -rP tests/docker/test_*.py

.PHONY: check
check: setup ## Run isort, black, ruff, mypy and the import contracts
	$(BIN)/isort --check-only .
	$(BIN)/black --check --quiet .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: setup ## Format all files
	$(BIN)/isort .
	$(BIN)/black --quiet .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: setup ## Measure imports, searches and hits against their floors (minutes)
	$(BIN)/python -m benchmarks run --directory build/bench --rows 100000 --part 100000 \
		--sample 100000 --each 34 --rounds 3

# Takes hours and some 60 GB of disk; finished measurements are not repeated.
.PHONY: bench-full
bench-full: setup build/peer/set-up ## The same with 1 and 10 million rows, and with MySQL if BENCH_MYSQL_URL is set
	$(BIN)/python -m benchmarks run --directory build/bench-full --rows 1000000 --rows 10000000 \
		--part 1000000 --each 40 --rounds 3 --peers
	$(BIN)/python -m benchmarks report --directory build/bench-full --to docs/performance.md

# Datasette, the peer, in its own environment.
build/peer/set-up: requirements-peer.txt | setup
	$(PYTHON) -m venv build/peer
	build/peer/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: screenshots
screenshots: setup ## Take screenshots of the page into build/screenshots (needs chromium)
	$(BIN)/python -m tests.browser.screenshots build/screenshots

PINNED := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-emit-find-links

.PHONY: requirements
requirements: setup ## Pin the newest versions in the ranges of pyproject.toml
	$(BIN)/uv pip compile pyproject.toml $(PINNED) --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml $(PINNED) --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt
	$(BIN)/uv pip compile $(PINNED) --group pyproject.toml:peer --output-file requirements-peer.txt

.PHONY: clean
clean: ## Remove everything that can be generated again; the archive stays
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
