# evalhouse: `make run` builds and draws everything, `make test` tests it.
# Needs python3 (3.11 to 3.13), make and a package index. Everything else is installed
# into .venv, at the versions in requirements.lock (and requirements-dev.lock for tests).

PYTHON ?= python3
# A file or folder of runs; the shipped sample, written to SAMPLE, when empty.
DATA ?=
SAMPLE ?= build/sample
FIGURES ?= figures
REPORT ?= report.html
SAMPLE_NOTE := the runs of the shipped sample are made up, to try the views; they say nothing about any model

# Values are taken literally, and recipes read them from the environment, as "$$DATA", so
# that neither make nor the shell executes any part of them.
NAMES := PYTHON DATA SAMPLE FIGURES REPORT EVALHOUSE_DB
$(foreach name,$(NAMES),$(eval override $(name) := $$(value $(name))))
# The sample has a warehouse of its own.
ifeq ($(EVALHOUSE_DB),)
override EVALHOUSE_DB := $(if $(DATA),evalhouse.duckdb,$(if $(filter run,$(MAKECMDGOALS)),sample.duckdb,$(firstword $(wildcard evalhouse.duckdb sample.duckdb) evalhouse.duckdb)))
endif
export $(NAMES)

BIN := .venv/bin
# Python would complain about the semaphores that its processes leave behind.
SQLFLUFF := PYTHONWARNINGS=ignore:resource_tracker $(BIN)/sqlfluff
INSTALLED := .venv/installed
# The same with what lints, tests and measures.
DEVELOPED := .venv/developed
# uv takes seconds where pip takes a minute. It does not read pip's settings (your own
# index or certificate), so pip is tried when uv fails, and says why. Both compile what
# they install: with PYTHONDONTWRITEBYTECODE set, as in many containers, each start of
# dbt would otherwise compile it again, for a second.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
INSTALL = { $(PIP) -r requirements-uv.lock && $(BIN)/uv pip install --quiet --system-certs \
	--compile-bytecode --python $(BIN)/python --require-hashes -r $(1); } 2>/dev/null || \
	$(PIP) -r $(1)
LINTED := .venv/linted
SQL := $(shell find models analyses tests -name '*.sql' -not -path 'tests/generic/*' \
	-not -path 'tests/fixtures/*')
MACROS := $(shell find macros -name '*.sql')

.DEFAULT_GOAL := help
.PHONY: help run docs check test soak bench lint format lock audit clean

help:
	@echo "make run               load the sample, build every view, draw every figure and the report"
	@echo "make run DATA=PATH     the same with your own runs: a file or a folder"
	@echo "make docs              write docs/, dbt's site and your warehouse's gallery"
	@echo "make check             lint and the tests that need no warehouse, in a minute"
	@echo "make test              lint, build and test everything"
	@echo "make soak              long checks: crashes, readers, hostile files, intervals (hours)"
	@echo "make bench             measure speed and memory into benchmarks/RESULTS.md (an hour)"
	@echo "make format            put code and SQL into the house style"
	@echo "make lock              resolve the three lock files again from pyproject.toml"
	@echo "make audit             check the locked packages for known vulnerabilities"
	@echo "make clean             remove what was installed and built, not the warehouse"
	@printf '%s\n' "EVALHOUSE_DB=FILE      the warehouse (now $$EVALHOUSE_DB); the sample's is sample.duckdb"

$(INSTALLED): requirements.lock
	@"$$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "evalhouse needs Python 3.11 to 3.13, and this is $$("$$PYTHON" --version): name another, make PYTHON=python3.12"; exit 2; }
	@echo "installing the locked dependencies into .venv (up to a minute)"
	@"$$PYTHON" -m venv --clear .venv
	@$(call INSTALL,requirements.lock)
	@touch $@

$(DEVELOPED): $(INSTALLED) requirements-dev.lock
	@$(call INSTALL,requirements-dev.lock)
	@touch $@

# The loader exits with 1 if it refused records or files: it has printed which, and the
# rest is loaded. Unit tests do not depend on the data, so only `make test` runs them.
run: $(INSTALLED)
	@if [ -n "$$DATA" ]; then set -- -- "$$DATA"; \
	else \
		$(BIN)/python -m sample -- "$$SAMPLE" >/dev/null || exit; \
		set -- --note "$(SAMPLE_NOTE)" -- "$$SAMPLE"; \
	fi; \
	$(BIN)/python -m loaders --require-loaded "$$@" || [ $$? -eq 1 ] || \
		{ echo "nothing$${DATA:+ of yours} is loaded, so there is nothing to build or to draw"; exit 1; }
	@echo "building and testing every view (dbt build)"
	@$(BIN)/dbt --quiet build --exclude-resource-type unit_test
	@$(BIN)/python -m plots --out="$$FIGURES"
	@$(BIN)/python -m plots report --out="$$REPORT"
	@echo
	@say() { case "$$2" in /*) at= ;; *) at="$$PWD/" ;; esac; printf '%-10s %s\n' "$$1" "$$at$$2$$3"; }; \
		say warehouse "$$EVALHOUSE_DB"; say figures "$$FIGURES"; \
		say report "$$REPORT" ", to open in a browser"
	@echo
	@printf '%s\n' "three queries to try: $(BIN)/duckdb -readonly \"$$EVALHOUSE_DB\""
	@echo "  from rank_correlations where is_headline;"
	@echo "  from model_win_rates where is_headline;"
	@echo "  from data_findings order by finding_rank;"

# From your warehouse; docs/gallery.md itself shows the studies' data.
docs: $(INSTALLED)
	@$(BIN)/python docs/write_pages.py
	@$(BIN)/python -m plots.gallery --out build/docs
	@$(BIN)/dbt --quiet --write-json docs generate --static
	@cp -- "$${DBT_TARGET_PATH:-target}/static_index.html" build/docs/views.html
	@echo build/docs/views.html

check: lint
	@$(BIN)/python -m pytest -m "not warehouse and not slow" tests/unit

test: lint
	@$(BIN)/python -m pytest

# EVALHOUSE_SOAK_SCALE=0.1 runs a tenth of the tries. The last file writes the table of
# docs/reliability.md.
soak: $(DEVELOPED)
	@$(BIN)/python -m pytest --hypothesis-profile=searching -m hypothesis tests/unit
	@$(BIN)/python -m pytest --numprocesses=0 --capture=no tests/soak/soak_*.py

bench: $(DEVELOPED)
	@$(BIN)/python -m benchmarks --write

lint: $(DEVELOPED)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(MAKE) --no-print-directory --quiet $(LINTED)

# SQL that changed since it last passed; all of it after a change to macros or settings.
$(LINTED): $(SQL) $(MACROS) .sqlfluff $(DEVELOPED)
	@$(SQLFLUFF) lint --quiet --processes 0 $(if $(filter-out $(SQL),$?),$(SQL),$?)
	@touch $@

format: $(DEVELOPED)
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .
	@$(SQLFLUFF) fix --quiet --processes 0 models analyses tests

# A failed lookup is an error too.
audit: $(INSTALLED)
	$(BIN)/uv tool run pip-audit --strict --disable-pip --require-hashes -r requirements-dev.lock

COMPILE := $(BIN)/uv pip compile --universal --no-strip-extras --python-version 3.11 \
	--generate-hashes --quiet --custom-compile-command "make lock"
lock: $(INSTALLED)
	echo uv | $(COMPILE) - -o requirements-uv.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv build figures report.html target logs
