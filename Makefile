# The front door: `make run` and `make test`. Everything they need and do not find, they create.

PORT ?= 8000
DATA_DIR ?= $(CURDIR)/var
VENV := .venv
BIN := $(VENV)/bin
# The lock files are complete. Without --no-deps pip resolves them anew, and the pip of Debian 12 then
# stumbles over "coverage[toml]" as soon as a newer coverage is out than the locked one.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
export DATA_DIR PORT

.PHONY: run demo test lint format types lock vendor bench clean

run: $(VENV)/.runtime
	@sh bin/run

demo: $(VENV)/.runtime
	@sh bin/demo

test: $(VENV)/.development
	@bash bin/test

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint templates

types: $(VENV)/.development
	$(BIN)/mypy config teams guide assessment

format: $(VENV)/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.development
	@$(BIN)/python -m benchmarks

lock: $(VENV)/.development
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 --no-header -o requirements.txt requirements.in
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 --no-header -o requirements-dev.txt requirements-dev.in

vendor:
	bash vendor/build.sh

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@bash bin/virtual-environment

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(INSTALL) -r requirements.txt
	@$(BIN)/python -m pip --disable-pip-version-check check >/dev/null
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	$(INSTALL) -r requirements-dev.txt
	@$(BIN)/python -m pip --disable-pip-version-check check >/dev/null
	@touch $@
