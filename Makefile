# Everything that one does with this project, from a fresh clone: "make" lists it. Python 3.11 or newer is all it needs.

PYTHON ?= python3
PORT ?= 3000
STATE ?=
LISTEN ?=
URL ?=
TESTS ?=
DOCKER ?=
SAM_PORT ?= 3001
ARCHITECTURE ?= arm64
PARAMETERS ?=
COMMIT ?= HEAD
ARGS ?=
SEED ?= 1
SAMPLE ?= 0
ROWS ?=

BIN := .venv/bin
MINISTACK := build/venv/ministack
SAM := build/venv/sam
FUZZ := build/venv/fuzz
AUDIT := build/venv/audit
QUALITY := build/venv/quality
CLIENTS := build/venv/clients
NPM := build/npm
LOCKS := tools/requirements
WITHOUT_PIP := --without-pip

# The locks are complete, so nothing is resolved again, and a package with another hash is refused.
INSTALL := install --quiet --disable-pip-version-check --no-deps --require-hashes
# The project itself, as it lies here: for the command "loyalty". What builds it is in the lock too.
INSTALL_PROJECT := install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade

# All tests. Those of the first line need nothing but Python and never wait, those of the second start an emulator, a stack
# or a browser of their own; the last look at what stacks left behind when all others have ended.
PURE_TESTS := tests/unit tests/events
SYSTEM_TESTS := tests/simulation tests/integration tests/e2e
LAST_TESTS := tests/left_behind
CLIENTS_TESTS := tests/clients
PURE := --numprocesses logical --maxprocesses 4 --dist worksteal $(PURE_TESTS)

# What does not need each other is done side by side.
TOGETHER := $(MAKE) --silent -j2

export SAM_CLI_TELEMETRY := 0
export PYTHONPATH := shared

.DEFAULT_GOAL := help
.PHONY: help run run-environment samples sam-local test check check-code check-template environments model simulate simulate-proof base audit format document pictures collection clients fuzz bench bench-clients bench-peer coverage mutants released build deploy yesterday lock clean
.DELETE_ON_ERROR:

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# All that "make run" builds, for an image whose containers start without a package index.
run-environment:
	@$(TOGETHER) .venv/run.installed $(MINISTACK)/installed
	@$(BIN)/python -c 'from tools.local import layer; layer.build()'

run: ## serve the API on http://127.0.0.1:3000; PORT=n elsewhere, STATE=dir keeps the data, DOCKER=1 lets containers in
	@$(PYTHON) -m tools.local.port '$(PORT)'
	@$(TOGETHER) .venv/run.installed $(MINISTACK)/installed
	@PORT='$(PORT)' STATE='$(STATE)' LISTEN='$(LISTEN)' DOCKER='$(DOCKER)' SAM_PORT= exec $(BIN)/python -m tools.local

samples: .venv/run.installed ## print a request of each kind to copy, for the stack of make run; PORT=n where several run
	@PORT='$(if $(filter-out file,$(origin PORT)),$(PORT))' $(BIN)/python -m tools.local.samples

# The processor of this machine, as the template spells it.
sam-local: ARCHITECTURE := $(patsubst aarch64,arm64,$(shell uname -m))
sam-local: ## the same with each function in Lambda's own container, on http://127.0.0.1:3001 (SAM_PORT=n); needs Docker
	@$(PYTHON) -m tools.local.port '$(PORT)' '$(SAM_PORT)'
	@$(PYTHON) -m tools.local.docker
	@$(MAKE) --silent build ARCHITECTURE=$(ARCHITECTURE) ARGS=
	@$(TOGETHER) .venv/run.installed $(MINISTACK)/installed
	@PORT='$(PORT)' STATE='$(STATE)' SAM_PORT='$(SAM_PORT)' SAM_ARGS='$(ARGS)' exec $(BIN)/python -m tools.local

# Unit tests side by side; then those that start systems, much of the time to wait for them, in three processes, file by
# file, the longest first, and histories of the simulator among them, which wait for nothing; and when these have ended,
# tests of the logs and recorded calls that all of their stacks left in build/e2e. The first of the three that fails ends
# it; pytest ends with 5 where it finds no test.
test: ## run all tests; ARGS="-k name" some
	@$(TOGETHER) .venv/dev.installed $(MINISTACK)/installed $(SAM)/installed
	@$(BIN)/pytest $(PURE) $(ARGS) || [ $$? -eq 5 ]
	@$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(SYSTEM_TESTS) $(ARGS) || [ $$? -eq 5 ]
	@$(BIN)/pytest $(LAST_TESTS) $(ARGS) || [ $$? -eq 5 ]

check: ## lint, format, types, import directions, template
	@$(TOGETHER) .venv/dev.installed $(SAM)/installed
	@$(TOGETHER) check-code check-template

check-code:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check-template:
	@$(BIN)/pytest --quiet tests/unit/project/test_imports.py tests/unit/project/test_locks.py tests/unit/template \
	  tests/unit/document/test_document.py
	@$(BIN)/cfn-lint template.yaml
	@AWS_DEFAULT_REGION=us-east-1 $(SAM)/bin/sam validate --lint

environments:
	@$(TOGETHER) .venv/dev.installed $(SAM)/installed $(MINISTACK)/installed

model: .venv/dev.installed ## run 10,000 steps of the three operations and undo beside a plain model; ARGS=n for n of them
	@MODEL_STEPS=$(or $(ARGS),10000) $(BIN)/pytest --quiet --show-capture=no tests/unit/properties/test_any_history.py

simulate: .venv/dev.installed ## run 50,000 histories of clients, workers and faults; ARGS=n for n of them, SEED=n the first
	@$(BIN)/python -m tests.simulation $(ARGS) --first $(SEED)

simulate-proof: .venv/dev.installed ## bring known faults back into a copy, one by one, and count the histories until each is found
	@$(BIN)/python -m tests.simulation proof $(ARGS)

# Apart from "make test", which it would slow down by a third.
coverage: $(QUALITY)/installed ## run the unit tests and print the layer's line and branch coverage; fails below its floor
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(QUALITY)/bin/coverage run -m pytest --quiet $(PURE) $(ARGS)
	@$(QUALITY)/bin/coverage combine --quiet && $(QUALITY)/bin/coverage report

mutants: $(QUALITY)/installed ## change the core bit by bit and count what no unit test notices; SAMPLE=300 SEED=n for a sample, ARGS="module …" for some
	@TESTS='$(or $(TESTS),tests/unit)' $(QUALITY)/bin/python -m tools.mutants $(ARGS) --sample $(SAMPLE) --seed $(SEED)

audit: $(AUDIT)/installed ## ask PyPI for known vulnerabilities of all that is pinned, or in LOCK=file; fails where it can not answer
	@for lock in $(or $(LOCK),shared/requirements.txt $(LOCKS)/*.txt); do \
	  echo "$$lock"; \
	  $(AUDIT)/bin/pip-audit --vulnerability-service pypi --strict --disable-pip --require-hashes --progress-spinner off \
	    --requirement "$$lock" $(ARGS) || failed=1; \
	done; test -z "$$failed" || \
	  { echo 'Vulnerable packages are listed above; where PyPI could not be asked, nothing is known.' >&2; exit 1; }

base: .venv/dev.installed $(MINISTACK)/installed ## import, mend and undo a customer base on the local stack; ROWS=20000 takes four minutes
	@ROWS=$(ROWS) $(BIN)/pytest tests/e2e/test_customer_base.py $(ARGS)

bench: .venv/bench.installed $(MINISTACK)/installed ## measure speed and price against their targets, some 20 minutes
	@$(BIN)/python -m tests.bench

bench-clients: .venv/bench.installed ## measure calls and starts by each client of AWS that could be used, half a minute
	@$(BIN)/python -m tests.bench.clients

bench-peer: build/venv/peer/installed ## the same on FastAPI and PostgreSQL, for comparison
	@PYTHONPATH=shared build/venv/peer/bin/python -m tests.bench.peer

format: .venv/dev.installed ## format the code and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

document: .venv/dev.installed ## write the OpenAPI document, its page and the schema of chunk messages again
	@$(BIN)/python -m tools.document

collection: .venv/dev.installed ## write the API as a Postman collection, which Bruno imports too; PORT=n, or URL=… of a deployed stack
	@URL='$(URL)' PORT='$(PORT)' $(BIN)/python -m tools.document.collection

clients: .venv/dev.installed $(MINISTACK)/installed $(CLIENTS)/installed $(NPM)/installed ## run the samples of /docs, the collection and generated clients; needs Node.js, PHP and a JDK
	@$(BIN)/pytest $(CLIENTS_TESTS) $(ARGS)

released: .venv/dev.installed ## keep the OpenAPI document as that of the last release, which later ones must not break
	@$(BIN)/python -m tools.document.released

pictures: .venv/dev.installed $(MINISTACK)/installed ## take the documents' pictures of the console again, needs a Chromium
	@$(BIN)/pytest tests/e2e/console/pictures.py

fuzz: $(FUZZ)/installed $(MINISTACK)/installed ## send 100,000 broken requests to the local stack; ARGS=n for n of them
	@$(FUZZ)/bin/python -m tools.fuzz $(ARGS)

build: $(SAM)/installed ## build functions and layer for AWS, needs python3.13; ARCHITECTURE=x86_64 for Intel
	@python3.13 -V >/dev/null 2>&1 || { echo 'The layer is built with python3.13, which is not on the PATH.' >&2; exit 1; }
	@ARCHITECTURE=$(ARCHITECTURE) $(SAM)/bin/sam build --parameter-overrides Architecture=$(ARCHITECTURE) $(ARGS)

deploy: ## deploy to AWS; ARGS=--guided the first time, PARAMETERS="Name=value …" to change some
	@$(MAKE) --silent build ARCHITECTURE=$(ARCHITECTURE) ARGS=
	@revision=$$($(SAM)/bin/python -m tools.revision $(PARAMETERS)) && \
	  $(SAM)/bin/sam deploy --parameter-overrides Architecture=$(ARCHITECTURE) Revision=$$revision $(PARAMETERS) $(ARGS)

# What a gradual deployment meets: see docs/upgrades.md. The commit is to be named in tests/integration/upgrades/versions.py too.
yesterday: ## have the tests of upgrades begin from COMMIT, the one that is deployed
	@files=$$(git ls-tree -r --name-only $(COMMIT) shared/loyalty functions | grep '[.]py$$') && \
	  git archive --format=tar $(COMMIT) $$files | gzip -9n >tests/integration/upgrades/yesterday.tar.gz

lock: .venv/dev.installed ## pin the newest dependencies that the requirements allow
	cd shared && $(CURDIR)/$(COMPILE) requirements.in -o requirements.txt
	cd $(LOCKS) && for name in run dev bench peer fuzz quality audit clients ministack sam; do $(CURDIR)/$(COMPILE) $$name.in -o $$name.txt || exit 1; done
	cd $(LOCKS)/npm && npm update $(NPM_OPTIONS) --package-lock-only

clean: ## remove all that these commands made
	rm -rf .venv build .aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# npm's lock has hashes and no addresses either, and its package.json exact versions, which are raised by hand. Nothing that
# a package brings is run while it is installed.
NPM_OPTIONS := --silent --no-audit --no-fund --ignore-scripts --omit-lockfile-registry-resolved

# The environments, each made again when its lock changes.

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed; name one, for example: make run PYTHON=python3.12' >&2; exit 1; }
	@echo 'Making .venv'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/%.installed: $(LOCKS)/%.txt pyproject.toml | .venv/made
	@echo 'Installing $< into .venv (once)'
	@$(BIN)/python -m pip $(INSTALL) -r $<
	@$(BIN)/python -m pip $(INSTALL_PROJECT)
	@touch $@

# Of their many modules a small part is run, and compiled when that first happens.
.venv/dev.installed $(SAM)/installed $(MINISTACK)/installed $(QUALITY)/installed $(CLIENTS)/installed: INSTALL += --no-compile

# Another pip installs into them. The local stack, which fuzzing starts from its own environment, makes the layer with one.
$(FUZZ)/installed: WITHOUT_PIP :=

build/venv/%/installed: $(LOCKS)/%.txt | .venv/made
	@echo 'Installing $< into $(@D) (once)'
	@rm -rf $(@D)
	@$(BIN)/python -m venv $(WITHOUT_PIP) $(@D)
	@$(BIN)/python -m pip --python $(@D)/bin/python $(INSTALL) -r $<
	@touch $@

$(NPM)/installed: $(LOCKS)/npm/package-lock.json
	@command -v npm >/dev/null || { echo 'Node.js 18 or newer with npm is needed.' >&2; exit 1; }
	@echo 'Installing $< into $(@D) (once)'
	@rm -rf $(@D) && mkdir -p $(@D) && cp $(LOCKS)/npm/*.json $(@D)
	@cd $(@D) && npm ci $(NPM_OPTIONS)
	@touch $@
