# Every target has one sentence; `make` prints them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
COMPOSE ?= docker compose
export COMPOSE
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PACKAGES := libs/common libs/client $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml)) deploy/local
SERVICES := ingest dispatcher retry portal-api simulator
UV_VERSION := 0.13.9
LOCK := .run/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --allow-unsafe --no-header --no-annotate --no-emit-package mboc-common
WEB := services/portal-web
WEB_INSTALLED := $(WEB)/node_modules/.installed
WEBSITE := $(WEB)/dist/index.html
PROVIDER := tests/identity-provider
PROVIDER_INSTALLED := $(PROVIDER)/node_modules/.installed
WEB_SOURCES := docs/api/portal-api.json $(wildcard $(WEB)/*.html $(WEB)/*.ts $(WEB)/*.json $(WEB)/build/* $(WEB)/public/*) $(shell find $(WEB)/src -type f ! -name schema.d.ts ! -name criteria.json ! -name '*.test.ts' 2>/dev/null)
.PHONY: help install run up down status smoke test test-compose format check audit bench chaos fuzz docs screenshots lock sbom digests env upgrade backup restore clean

help: # Print this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 20

install: $(INSTALLED) $(WEBSITE) $(PROVIDER_INSTALLED) ## Create .venv with the locked dependencies and the project's packages, and build the website.

run: $(INSTALLED) $(WEBSITE) ## Run servers, services and simulator, and show the figures until Ctrl-C.
	@$(BIN)/mboc-local run

up: $(INSTALLED) $(WEBSITE) ## Run the same in the background.
	@$(BIN)/mboc-local up

down: $(INSTALLED) ## Stop everything that `make up` or `make run` started.
	@$(BIN)/mboc-local down

status: $(INSTALLED) ## Show the running processes, their readiness and addresses.
	@$(BIN)/mboc-local status

smoke: $(INSTALLED) ## Send one real change through the running system, and check that it arrives.
	@$(BIN)/mboc-local smoke

test: $(INSTALLED) $(WEBSITE) $(PROVIDER_INSTALLED) ## Run every test, on real servers that the tests start.
	@$(WEB)/npm run --silent test
	@$(BIN)/python -m pytest --numprocesses=2 --no-loadscope-reorder $(ARGS)

test-compose: $(INSTALLED) ## Test docker-compose.yml under load, with restarts, scaling, upgrade and backup, in 15 minutes.
	@$(BIN)/python -m pytest -s tests/compose $(ARGS)

format: $(INSTALLED) $(WEB_INSTALLED) ## Format Python and the website, and correct the findings that ruff can correct.
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .
	@$(WEB)/npm exec --silent -- prettier --log-level warn --write .

check: $(INSTALLED) $(WEB_INSTALLED) ## Check style, types, imports and API compatibility.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(addsuffix /src,$(PACKAGES)) tests tools benchmarks chaos fuzz
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.docs.breaking_changes docs/api/released/portal-api.json docs/api/portal-api.json
	@$(WEB)/npm run --silent check

audit: $(INSTALLED) $(WEB_INSTALLED) ## Look for known advisories against every dependency.
	@$(BIN)/python -m tools.release.audit

bench: $(INSTALLED) ## Measure the dispatcher and ingest against bare loops on the same servers.
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: $(INSTALLED) ## Kill services and servers under load, and check the promises of the design.
	@$(BIN)/python -m chaos $(ARGS)

fuzz: $(INSTALLED) ## Send 100,000 made-up inputs to every parser of foreign input.
	@$(BIN)/python -m fuzz $(ARGS)

docs: $(INSTALLED) ## Generate the pages, dashboards and manifests that are made from code and data.
	@$(BIN)/python -m tools.docs.faults_page
	@$(BIN)/python -m tools.docs.simulator_page
	@$(BIN)/python -m tools.docs.metrics_page
	@$(BIN)/python -m tools.docs.configuration_page
	@$(BIN)/python -m tools.deploy.dashboards
	@$(BIN)/python -m tools.deploy.monitoring_manifests
	@$(BIN)/python -m tools.docs.asyncapi_document
	@$(BIN)/python -m tools.deploy.broker_definitions
	@$(BIN)/python -m tools.docs.permissions_page
	@mkdir -p docs/api && $(BIN)/mboc-portal-api openapi > docs/api/portal-api.json

screenshots: $(INSTALLED) $(WEBSITE) ## Take screenshots of every view of the website into docs/screenshots.
	@$(BIN)/python -m tools.website.screenshots

lock: ## Pin the newest version of every dependency, with hashes and without addresses.
	@mkdir -p .run && test -x .run/uv/bin/uv || { $(PYTHON) -m venv .run/uv && .run/uv/bin/pip install --quiet uv==$(UV_VERSION); }
	@$(LOCK) requirements/dev.in $(addsuffix /pyproject.toml,$(PACKAGES)) -o requirements/dev.txt
	@$(LOCK) -c requirements/dev.txt requirements/build.in -o requirements/build.txt
	@$(LOCK) --no-deps requirements/node.in -o requirements/node.txt
	@$(LOCK) --no-deps requirements/kubectl.in -o requirements/kubectl.txt
	@for name in $(SERVICES); do $(LOCK) -c requirements/dev.txt services/$$name/pyproject.toml libs/common/pyproject.toml -o requirements/$$name.txt; done

sbom: $(INSTALLED) $(WEB_INSTALLED) ## Write a bill of materials of each image and of the website into dist/sbom.
	@$(BIN)/python -m tools.release.sbom

digests: $(INSTALLED) ## Pin the images of other publishers by digest. Or with ARGS=--check, check that they are.
	@$(BIN)/python -m tools.release.image_digests $(ARGS)

env: ## Write .env and the folder secrets for docker compose.
	@deploy/make-env

upgrade: ## Upgrade or roll back to the version in .env, under docker compose.
	@deploy/upgrade

backup: ## Write a backup of MongoDB to backups/ (or FILE=...), under docker compose.
	@deploy/backup $(FILE)

restore: ## Restore the backup FILE=... (REPLACE=yes overwrites existing data).
	@REPLACE=$(REPLACE) deploy/restore $(FILE)

clean: ## Stop everything, and delete the files of the other targets.
	@test ! -x $(BIN)/mboc-local || $(BIN)/mboc-local down
	@rm -rf $(PROVIDER)/node_modules
	@rm -rf $(WEB)/node_modules $(WEB)/dist $(WEB)/src/api/schema.d.ts $(WEB)/src/api/criteria.json
	@rm -rf $(VENV) .run dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(WEB_INSTALLED): $(WEB)/package-lock.json $(WEB)/.npmrc | $(INSTALLED)
	@echo 'Installing the packages of $(WEB)/package-lock.json ...'
	@$(WEB)/npm ci --ignore-scripts --silent
	@touch $@

$(PROVIDER_INSTALLED): $(PROVIDER)/package-lock.json $(PROVIDER)/.npmrc | $(INSTALLED)
	@echo 'Installing the packages of $(PROVIDER)/package-lock.json ...'
	@$(WEB)/npm --prefix $(CURDIR)/$(PROVIDER) ci --ignore-scripts --silent
	@touch $@

$(WEBSITE): $(WEB_SOURCES) $(WEB_INSTALLED)
	@echo 'Building the website ...'
	@$(WEB)/npm run --silent build
	@touch $@

$(INSTALLED): requirements/dev.txt $(addsuffix /pyproject.toml,$(PACKAGES))
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, as `make PYTHON=...`.") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq python3-venv; } \
		|| { echo 'Python lacks its venv module: install python3-venv.' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'Installing the packages of requirements/dev.txt ...'
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(addprefix -e ,$(addprefix ./,$(PACKAGES)))
	@touch $@
