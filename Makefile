# Each target is what CI runs. Files under .venv and node_modules mark what is installed, so a repeat is quick.
BIN := .venv/bin
NODE_TESTS := $(patsubst %/package-lock.json,%/node_modules/.installed,$(wildcard tests/interop/package-lock.json tests/interop/*/package-lock.json))
EDITOR_SOURCES := $(shell find editor-web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.tsbuildinfo')

.DEFAULT_GOAL := help
.PHONY: help setup run test lint types build schema bench fuzz docs clean
.DELETE_ON_ERROR:

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 10

setup: .venv/.installed build ## Install what the server needs and build the editor

run: setup ## Serve at http://127.0.0.1:8080 (more flags: make run ARGS="--port 0")
	@$(BIN)/coscribe serve $(ARGS)

test: .venv/.installed-tests $(NODE_TESTS) build lint types ## Install what the tests need and run them all
	@cd editor-web && npm test --silent && cd .. && $(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder $(ARGS)

lint: .venv/.installed-tests editor-web/node_modules/.installed ## Check style, and the types of the editor
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && npm run --silent --prefix editor-web lint

types: .venv/.installed-tests ## Check the types of the server
	@$(BIN)/mypy

build: editor-web/dist/index.html ## Build the editor

schema: editor-web/node_modules/.installed ## Write the editor's schema for the server
	@node editor-web/build/schema.mjs $(ARGS)

bench: .venv/.installed ## Measure a server under load (make bench ARGS="--list")
	@$(BIN)/coscribe bench $(ARGS)

fuzz: .venv/.installed-tests tests/interop/node_modules/.installed ## Look for updates that do harm (WHAT=wire: requests; properties: any input)
	@$(BIN)/python tests/fuzz/$(or $(WHAT),updates).py $(ARGS)

docs: .venv/.installed ## Write the reference pages that follow from the program
	@$(BIN)/python docs/generate.py

clean: ## Remove everything that was installed or built
	rm -rf .venv editor-web/dist editor-web/node_modules $(dir $(NODE_TESTS)) .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.installed: pyproject.toml .ci/install
	@.ci/install python '[export]' && touch $@

.venv/.installed-tests: pyproject.toml .ci/install
	@.ci/install tools && .ci/install python '[test]' && touch .venv/.installed $@

%/node_modules/.installed: %/package-lock.json %/package.json
	@.ci/install npm $*

editor-web/dist/index.html: editor-web/node_modules/.installed $(EDITOR_SOURCES)
	@npm run --silent --prefix editor-web build && touch $@
