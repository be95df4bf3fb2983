# The commands of this project, once. `just --list` shows them; `just test -n 0 tests/unit` hands the rest on.
# just is optional (pip install rust-just): each recipe is a line that can be typed.

bin := ".venv/bin"

# the list of recipes
_default:
    @just --list --unsorted

# make .venv with everything that tests and checks need
setup:
    python3 -m venv .venv
    {{ bin }}/pip install -c requirements.lock -e ".[test,dev]"

# run the app and watch the files
run *options:
    {{ bin }}/streamlit run app.py --server.fileWatcherType=auto {{ options }}

# run the tests on all processors
test *options:
    {{ bin }}/python -m pytest {{ options }}

# check style and form
lint:
    {{ bin }}/ruff check .
    {{ bin }}/ruff format --check .

# mend what can be mended of style and form
format:
    {{ bin }}/ruff check --fix .
    {{ bin }}/ruff format .

# check types
types:
    {{ bin }}/mypy

# check which package uses which
imports:
    {{ bin }}/lint-imports

# everything that is checked before the tests
check: lint types imports

# journeys in Chromium; one that fails is tried once more, and the summary names it (RERUN)
journeys *options:
    {{ bin }}/python -m pytest -n 2 -m "e2e and not slow" {{ options }}

# files opened by LibreOffice
office:
    {{ bin }}/python -m pytest -n 0 -m office

# the long form of tests
slow *options:
    {{ bin }}/python -m pytest -m slow {{ options }}

# a short benchmark of the files; the others tell their commands in their first lines
bench:
    {{ bin }}/python benchmarks/exports.py --practices 20000

# collect the texts on screen for translators
messages:
    {{ bin }}/pybabel extract --project "Integration Practices" --sort-by-file --no-location --no-wrap --mapping babel.cfg \
        --keywords N_ --output locale/practices.pot .
    {{ bin }}/pybabel update --input-file locale/practices.pot --output-dir locale --domain practices \
        --no-fuzzy-matching --no-wrap --ignore-obsolete --ignore-pot-creation-date
    rm locale/practices.pot

# write docs/openapi.json anew, after a change of the routes, their parameters or columns
api:
    {{ bin }}/python -m pages.shared.server > docs/openapi.json

compile := "pip-compile --quiet --extra releases-server --strip-extras --no-annotate --no-header " + \
    "--no-emit-index-url --no-emit-find-links"

# write requirements.lock and, for servers, requirements.hashes.txt anew, after a change of dependencies
lock:
    {{ bin }}/pip install --quiet pip-tools
    {{ bin }}/{{ compile }} --extra test --extra dev --output-file requirements.lock pyproject.toml
    {{ bin }}/{{ compile }} --extra charts --generate-hashes --constraint requirements.lock \
        --output-file requirements.hashes.txt pyproject.toml
