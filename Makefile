# Every target sets up what it needs; bare `make` lists them.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/ready
READY_FOR_TESTS := $(VENV)/ready-for-tests
# Not $(VENV)/bin/course: that names its Python by a path, which ends where the folder is moved.
COURSE := $(VENV)/bin/python -m helpers.cli
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
# An environment names the folder in which it was made, so a folder that was moved is set up again (in seconds).
MOVED := $(shell test "$$(cat $(READY) 2>/dev/null)" = "$(CURDIR)" || echo moved)
OUT ?= grades
# Two files at a time; what one file shares between its tests is made once, and the cells of a notebook stay in order.
PARALLEL ?= -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help lab doctor test prove build check grade lint lock clean site dist moved

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

lab: $(READY) ## set up and open the course in JupyterLab
	@$(COURSE) lab

doctor: $(READY) ## say what is installed, what is missing and what to type
	@$(COURSE) doctor

test: $(READY_FOR_TESTS) ## set up and run all tests
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/python -m pytest $(PARALLEL) $(PYTEST)

build: $(READY) ## make the notebooks, the ledger and the table of checks from solutions/*.md
	@$(COURSE) build $(LECTURE)

prove: $(READY_FOR_TESTS) ## record the proofs of what has changed, so that make test can take them from the record
	@COURSE_PROVE=record $(VENV)/bin/python -m pytest $(PARALLEL) $$(grep -rlE 'unless_proved|proves\(|proves_each' tests --include='test_*.py')

check: $(READY) ## fail if a notebook differs from its source or shows an answer
	@$(COURSE) build --check $(LECTURE)

grade: $(READY) ## grade a class: make grade SUBMISSIONS=folder [OUT=grades]
	@test -n "$(SUBMISSIONS)" || { echo "Say which folder: make grade SUBMISSIONS=path/to/submissions"; exit 2; }
	@$(COURSE) grade "$(SUBMISSIONS)" --out "$(OUT)"

site: $(READY) ## make a site to read the course on, in site/ (from the executed notebooks)
	@# Its packages are no part of the environment in which the course is proved.
	@test -x $(VENV)-site/bin/sphinx-build || { echo "Setting up $(VENV)-site: 115 MB, a minute the first time."; \
	  $(VENV)/bin/python -m venv $(VENV)-site && $(VENV)-site/bin/python -c "import pathlib, site, sys; \
	    pathlib.Path(site.getsitepackages()[0], 'course.pth').write_text(sys.argv[1])" $(abspath $(VENV))/lib/python*/site-packages && \
	  $(VENV)-site/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable ".[site]"; }
	@$(VENV)-site/bin/python -m helpers.cli site

lint: $(READY_FOR_TESTS) ## style only
	@$(VENV)/bin/ruff check .

dist: $(READY) ## write dist/*.whl, the package that people install
	@$(VENV)/bin/python -m hatchling build -t wheel -d dist

lock: ## renew requirements.lock from pyproject.toml (needs uv)
	@.ci/lock --upgrade

clean: ## remove the environment (never your notebooks or progress)
	rm -rf $(VENV)

# A stamp is written last, so an interrupted set-up starts again.
$(READY): requirements.lock pyproject.toml $(MOVED)
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "This is Python %d.%d; the course needs 3.11 to 3.13. Install one and say which: make PYTHON=python3.11 ..." % v)'
	@echo "Setting up $(VENV) (2 GB; a few minutes the first time, and a line for each package)."
	@$(PYTHON) -m venv $(VENV) || { echo "No venv module: install it (Debian, Ubuntu: apt install python3-venv) and try again."; exit 1; }
	@sed '/^# Below this line/,$$d' requirements.lock > $(VENV)/learners.lock
	@$(PIP) install --require-hashes -r $(VENV)/learners.lock \
	  || { echo "The packages could not be installed; the reason is above. With a network and 3 GB of free disk, run the same command again."; exit 1; }
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" > $@

$(READY_FOR_TESTS): $(READY)
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@touch $@
