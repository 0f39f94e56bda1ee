# Needs python3 (3.11 or newer) and make; the first run gets all else from uv.lock.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
ARGS ?=
BIN := .venv/bin
UV_VERSION := 0.13.9
UV := $(shell command -v uv || echo .uv/bin/uv)
# In CI the test run measures coverage too, and says one number, so that what failed stands last.
COVERAGE := $(if $(CI),--cov --cov-report=)

export UV_PYTHON_DOWNLOADS := never
unexport PYTHONDONTWRITEBYTECODE VIRTUAL_ENV

# $(call step,what it does,command): says so, and how long it took.
define step
@printf '\n== %s\n' "$(1)"; began=$$(date +%s); $(2); code=$$?; \
printf -- '-- %s: %s after %s s\n' "$(1)" "$$([ $$code = 0 ] && echo done || echo FAILED)" \
  "$$(($$(date +%s) - began))"; exit $$code
endef

.PHONY: help setup demo test check drill bench screenshots lint types format messages \
  fresh-venv architecture templates migrations tests

help:
	@echo "make demo [PORT=8000]  the whole site with demo data, on http://localhost:8000"
	@echo "make test [ARGS=...]   the whole test suite; ARGS goes to pytest"
	@echo "make check             what CI runs: lint, types, architecture, templates, migrations, tests"
	@echo "make drill             long simulations, storms and matrices"
	@echo "make bench             every benchmark in bench/"
	@echo "make format            formats code and templates"
	@echo "make messages          collects and compiles the translations"
	@echo "make screenshots       pictures of every page, in screenshots/"

setup: $(UV) fresh-venv
	$(call step,Install what uv.lock names,$(UV) sync --frozen)

demo: setup
	@exec $(BIN)/python manage.py runall --demo --port $(PORT)

test: setup tests

check: setup lint types architecture templates migrations tests

tests:
	$(call step,Tests,$(BIN)/pytest -n auto $(COVERAGE) $(ARGS))
	@$(if $(CI),printf 'Coverage: %s %%\n' "$$($(BIN)/coverage report --format=total)",true)

lint:
	$(call step,Lint,$(BIN)/ruff check .)
	$(call step,Format,$(BIN)/ruff format --check .)

types:
	$(call step,Types,$(BIN)/mypy)

architecture:
	$(call step,Architecture,$(BIN)/lint-imports)

templates:
	$(call step,Templates,$(BIN)/djlint --check --lint .)

migrations:
	$(call step,Migrations,$(BIN)/python manage.py makemigrations --check --dry-run --skip-checks)

drill: setup
	$(call step,Drills,$(BIN)/pytest -m drill $(ARGS))

bench: setup
	@for file in bench/*.py; do \
	  printf '\n== %s\n' "$$file"; $(BIN)/python "$$file" || exit 1; \
	done

screenshots: setup
	$(call step,Screenshots,$(BIN)/python -m tests.screenshots)

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djlint --reformat --quiet .

messages: setup
	@command -v xgettext >/dev/null || { echo "This needs GNU gettext: apt install gettext"; exit 1; }
	$(call step,Collect,$(BIN)/python manage.py makemessages --all --extension html,txt,svg,py --no-wrap --add-location=file)
	$(call step,Compile,$(BIN)/pybabel compile -d loyalty_site/locale -D django)

# A virtual environment knows its own path: after the folder has moved it is of no use.
fresh-venv:
	@if [ -d .venv ]; then \
	  here=$$(cd .venv && pwd -P); \
	  if ! grep -qsF "$$here" $(BIN)/activate || ! $(BIN)/python -c '' 2>/dev/null; then \
	    echo "The virtual environment was made elsewhere or is broken: making it anew."; \
	    rm -rf .venv; \
	  fi; \
	fi

.uv/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; this is $$(python3 --version 2>&1)."; exit 1; }
	@echo "== Get uv $(UV_VERSION)"
	@rm -rf .uv && python3 -m venv .uv || \
	  { rm -rf .uv; echo "Install python3-venv, or uv, and try again."; exit 1; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
