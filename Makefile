# Short names for what bootstrap.py does; only `lock` needs something else (uv on the path).
.PHONY: run test lab mlflow lock format clean
PYTHON ?= python3
UV ?= uv

run:
	$(PYTHON) bootstrap.py run

test:
	$(PYTHON) bootstrap.py test

lab:
	$(PYTHON) bootstrap.py lab

mlflow:
	$(PYTHON) bootstrap.py mlflow

# One lock for Linux, macOS and Windows, Python 3.11 and 3.12, the same versions on both where one exists.
lock:
	$(UV) pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra workbench --extra sql --extra dev pyproject.toml --output-file requirements.lock

format:
	$(PYTHON) bootstrap.py format

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
