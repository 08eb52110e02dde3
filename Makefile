# Every target sets up what it needs; nothing but Python 3.11 or newer and make has to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := build/sample.ndjson
T ?=
PORT ?= 8000

.DEFAULT_GOAL := help
# What a command has left that failed is not what it was to make.
.DELETE_ON_ERROR:

.PHONY: help
help: ## Print this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Dateline needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps are older than the requirements whenever these change.
$(VENV)/set-up: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/set-up ## Make the virtual environment in .venv

$(SAMPLE): dateline/sample.py | setup
	@mkdir -p $(@D)
	$(BIN)/python -m dateline sample --rows 1000 --seed 1 >$@

.PHONY: run
run: setup $(SAMPLE) ## Serve http://127.0.0.1:8000 with sample data loaded; PORT=8080 takes another port
	$(BIN)/python -m dateline db upgrade
	@# The sample has faulty rows on purpose: they are reported, and are no failure here.
	$(BIN)/python -m dateline import $(SAMPLE) || [ $$? -eq 1 ]
	$(BIN)/python -m dateline serve --port $(PORT)

.PHONY: test
test: setup ## Run all tests that this machine can run; T=tests/api runs a part
	$(BIN)/python -m pytest $(T)

.PHONY: docker-test
docker-test: setup ## Build the image, bring up both compositions and try them (needs Docker)
	$(BIN)/python -m pytest -v -rP tests/docker/test_*.py

.PHONY: check
check: setup ## isort, black, ruff, mypy, import contracts
	$(BIN)/isort --check-only .
	$(BIN)/black --check --quiet .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: setup ## Put all files into form
	$(BIN)/isort .
	$(BIN)/black --quiet .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: setup ## Measure imports, searches and hits against their floors (minutes)
	$(BIN)/python -m benchmarks run --directory build/bench --rows 100000 --part 100000 \
		--sample 100000 --each 34 --rounds 3

# Hours, and some 60 GB of disk; what was measured before is not measured again.
.PHONY: bench-full
bench-full: setup build/peer/set-up ## The same with 1 and 10 million rows, and MySQL where BENCH_MYSQL_URL names one
	$(BIN)/python -m benchmarks run --directory build/bench-full --rows 1000000 --rows 10000000 \
		--part 1000000 --each 40 --rounds 3 --peers
	$(BIN)/python -m benchmarks report --directory build/bench-full --to docs/performance.md

# Datasette, the peer, in an environment of its own.
build/peer/set-up: requirements-peer.txt | setup
	$(PYTHON) -m venv build/peer
	build/peer/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: screenshots
screenshots: setup ## Take pictures of the page into build/screenshots (needs chromium)
	$(BIN)/python -m tests.browser.screenshots build/screenshots

PINNED := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-emit-find-links

.PHONY: requirements
requirements: setup ## Pin the ranges of pyproject.toml anew
	$(BIN)/uv pip compile pyproject.toml $(PINNED) --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml $(PINNED) --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt
	$(BIN)/uv pip compile $(PINNED) --group pyproject.toml:peer --output-file requirements-peer.txt

.PHONY: clean
clean: ## Remove everything that can be made again; the archive stays
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
