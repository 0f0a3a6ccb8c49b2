# Everything runs from .venv, which is built from the lock file; what the product does is done by `creditbus ...`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.txt
# The stamps carry a sum of what they were built from, so that a change of branch rebuilds and a touched file does not.
LOCKED := $(VENV)/locked-$(shell cksum < $(LOCK) | cut -d ' ' -f 1)
INSTALLED := $(VENV)/installed-$(shell cat $(LOCK) setup.py pyproject.toml | cksum | cut -d ' ' -f 1)
# The folders that `[tool.setuptools.package-dir]` maps: the one list of them.
PACKAGES := $(shell sed -n 's/^"creditbus\.[a-z_]*" = "\([a-z_]*\)"$$/\1/p' pyproject.toml)
COMPILED := $(VENV)/compiled-$(shell find services -name '*.py' -o -name '*.pyx' | LC_ALL=C sort | xargs cat setup.py pyproject.toml | cksum | cut -d ' ' -f 1)
QUICK := -m "not integration and not long"
# Tests on servers in two processes, all others in a third one (tests/tracks.py). What ARGS asks for runs in one: a debugger
# needs that, and few tests are not worth the start of three.
SIDE_BY_SIDE := --numprocesses=3
# The extras that tests need: each is for one protocol or database, and a plain install has none of them.
DRIVERS := ftp mysql parquet s3 sftp webdav
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

# Images of containers set it, and then each of the hundreds of processes that tests start compiles our modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test quick coverage bench bench-whole bench-peers bench-connectors bench-damage faults simulate soak check format lock clean
# The parts of check, and what the gate runs next to it.
.PHONY: check-style check-types check-layers check-wheel interpreted

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(COMPILED) ## Put the command creditbus into .venv/bin, compiled, and run nothing

demo: $(COMPILED) ## Run the whole bus on this machine on generated data; DATA=folder takes that folder's files
	@$(BIN)/creditbus demo $(if $(DATA),--data "$(DATA)")

test: $(COMPILED) ## Run every test, those on real servers too, three at a time; ARGS=... goes to pytest, which then runs one at a time
	@$(BIN)/pytest $(or $(ARGS),$(SIDE_BY_SIDE))

# In two processes; what ARGS asks for runs in one, as a debugger needs it.
quick: $(INSTALLED) ## Run the tests that need no server, as Python, without compiling first; ARGS="tests/unit/query" for some of them
	@CREDITBUS_INTERPRETED=1 $(BIN)/pytest $(QUICK) $(or $(ARGS),--numprocesses=2)

coverage: $(INSTALLED) ## Run the tests of `make quick`, and list the lines and branches that none of them reaches
	@rm -rf build/coverage
	@CREDITBUS_INTERPRETED=1 $(BIN)/coverage run -m pytest $(QUICK) $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

bench: $(COMPILED) ## Measure the stages against stock Faust on this machine; ARGS=... goes to bench/stages.py
	@$(BIN)/python bench/stages.py $(ARGS)

# `sync` alone has a contestant in Java.
bench-whole: $(COMPILED) $(if $(filter sync,$(ARGS)),build/peers/jdbc-sink/resolved) ## Measure the whole way; ARGS="latency", "scaling", "rebuild", "soak --rate 2000" and more: bench/README.md
	@PYTHONPATH=bench $(BIN)/python -m whole.run $(ARGS)

bench-peers: $(COMPILED) build/peers/quix/locked build/peers/kafka-streams/profile-job.jar ## Measure the profile job against Kafka Streams, Quix Streams and Faust; needs Java 17 and Maven
	@PYTHONPATH=bench $(BIN)/python -m peers.run $(ARGS)

bench-connectors: $(COMPILED) ## Measure files of each format on their way to the broker: rows/s and memory; ARGS="--rows 20000 --formats csv"
	@PYTHONPATH=bench $(BIN)/python bench/connectors.py $(ARGS)

bench-damage: $(COMPILED) ## Read damaged files and rows by the hundred thousand; ARGS="--seed 7 --files 2000 --rows 20000" for a short one
	@PYTHONPATH=bench $(BIN)/python -m damaged_files $(ARGS)

faults: $(COMPILED) ## Break a running bus again and again under load, then check every event; ARGS="--events 20000 --faults 8 --seed 7" for a short one
	@PYTHONPATH=bench $(BIN)/python -m faults.run $(ARGS)

soak: $(COMPILED) ## Run workers for HOURS (1.2): idle for 20 minutes, loaded, idle again; every event followed, every look noted; ARGS="--rate 300"
	@PYTHONPATH=bench $(BIN)/python -m soak.run $(if $(HOURS),--hours $(HOURS)) $(ARGS)

simulate: $(COMPILED) ## Run the engine against servers in memory, in seeded schedules of faults; ARGS="--schedules 1000000 --seed 5", "--seed 7 --schedules 1 --trace"
	@PYTHONPATH=. $(BIN)/python -m tests.simulation $(ARGS)

check: check-style check-types check-layers check-wheel ## Format, lint, types, layering, and the wheel; make -j2 checks types while it compiles

check-style: $(INSTALLED)
	@$(BIN)/ruff format --check --quiet . || { echo "fix: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .

check-types: $(INSTALLED)
	@$(BIN)/mypy $(PACKAGES:%=-p creditbus.%)
	@$(BIN)/mypy bench tests

check-layers: $(INSTALLED)
	@$(BIN)/lint-imports --no-logo

check-wheel: $(COMPILED)
	@$(BIN)/pytest --quiet tests/packaging

# One of the tests of `make test`, on its own: the gate runs it while modules are being compiled.
interpreted: $(INSTALLED)
	@$(BIN)/python -m tests.interpreted

format: $(INSTALLED) ## Format the code and apply the safe fixes
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

lock: $(LOCKED) ## Resolve the dependencies anew; UPGRADE=1 takes the newest that pyproject.toml allows
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra embedded --output-file requirements/runtime.txt pyproject.toml
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra embedded $(DRIVERS:%=--extra %) --extra dev --constraint requirements/runtime.txt --output-file $(LOCK) pyproject.toml

clean: ## Remove the virtual environment and what builds and checks left; local data in .creditbus stays
	@rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find services -name '*.so' -delete
	@find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(LOCKED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "creditbus needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	@echo "creating $(VENV) from $(LOCK)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(LOCK)
	@touch $@

$(INSTALLED): $(LOCKED)
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/installed-*
	@touch $@

# Where this machine cannot compile, the same modules run as Python, slower.
$(COMPILED): $(INSTALLED)
	@rm -f $(VENV)/compiled-*
	@find services -name '*.so' -delete
	@echo "compiling the modules that every event passes through (about a minute)"
	@mkdir -p build/native
	@CREDITBUS_NATIVE=1 $(BIN)/python setup.py --quiet build_ext --inplace > build/native/log 2>&1 \
		|| { find services -name '*.so' -delete; echo "not compiled, they run as Python: no C compiler, or build/native/log says why"; }
	@touch $@

# The peers of the benchmark live apart: each has its own pins, and none of them is ours to carry.
build/peers/quix/locked: bench/peers/quix/requirements.txt
	@echo "creating $(@D) from $<"
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

build/peers/kafka-streams/profile-job.jar: bench/peers/kafka-streams/pom.xml $(wildcard bench/peers/kafka-streams/src/main/java/creditbus/bench/*.java)
	@mvn --quiet --batch-mode --file $< -Djob.directory="$(CURDIR)/$(@D)" package
	@touch $@

build/peers/jdbc-sink/resolved: bench/whole/jdbc-sink/pom.xml
	@rm -rf $(@D)
	@mvn --quiet --batch-mode --file $< -Dsink.directory="$(CURDIR)/$(@D)" package
	@touch $@
