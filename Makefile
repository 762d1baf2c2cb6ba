# Each target sets up what it needs and may be repeated. `make help` lists them.
.PHONY: help demo test bench torture lint lock reference
SHELL = /bin/sh
PY = .venv/bin/python

help:           ## this list
	@sed -n 's/^\([a-z]*\): .*## /\1\t/p' $(MAKEFILE_LIST)

demo:           ## the whole system with simulated cameras: http://127.0.0.1:8080/
	@deploy/setup.sh demo
	@exec .venv/bin/sitegen demo

test:           ## every check and every test
	@deploy/setup.sh test
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest

lint:           ## ruff, mypy --strict, import-linter
	@deploy/setup.sh test
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache

bench:          ## every benchmark as one table (20 minutes; BENCH="--clips 10000" for a quick run, BENCH=--record for the page)
	@deploy/setup.sh bench
	@$(PY) bench/run.py $(BENCH)

torture:        ## kills, failing calls, full disks, lost archives, hostile input: all of it, within an hour, as root (TORTURE="--minutes 5")
	@deploy/setup.sh test
	@$(PY) tests/torture/run.py $(TORTURE)

lock:           ## pins the newest versions of the Python packages again (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade -q -o requirements.lock

reference:      ## writes the generated pages of docs/reference again
	@$(PY) -m sitegen.reference docs/reference
