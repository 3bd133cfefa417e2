# What there is to do here: `make help`.
#
# Every target sets up what it needs by itself: system packages (as root, on
# Debian and its kin), a virtual environment in .venv, kresolve in it.  What a
# command answers goes to stdout, all talk to stderr: `make plan >criu.config`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Variables that mean something to the kernel's make and conf, and make's own,
# must not reach the makes that kresolve and its tests run inside a kernel tree.
unexport ARCH SRCARCH SUBARCH CROSS_COMPILE LLVM LLVM_IAS CC LD HOSTCC O V C M W \
	CFLAGS CPPFLAGS LDFLAGS srctree objtree KERNELVERSION KBUILD_OUTPUT KBUILD_SRC \
	KCONFIG_CONFIG KCONFIG_ALLCONFIG KCONFIG_SEED KCONFIG_PROBABILITY \
	KCONFIG_DEFCONFIG_LIST KCONFIG_NOSILENTUPDATE KCONFIG_OVERWRITECONFIG \
	KCONFIG_WARN_UNKNOWN_SYMBOLS KCONFIG_WERROR
CLEAN := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u GNUMAKEFLAGS

# PYTHON=python3.12 takes this Python, in a virtual environment of its own.
PYTHON :=
unexport PYTHON
VENV := .venv$(if $(PYTHON),-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
READY := $(VENV)/ready
KRESOLVE := $(CLEAN) $(BIN)/kresolve
PYTEST := $(CLEAN) $(BIN)/python -m pytest
# Test processes at a time; whoever is done takes over from the others.
TEST_JOBS := 2 --dist worksteal
# Kernels of which the tests take a sample where the mirror has them.
MORE_TREES := debian:5.10@bullseye debian:6.1 debian:7.3@trixie-backports

.PHONY: plan test test-fresh test-pythons test-long test-boot conformance lint bench pictures schemas \
	notebooks docs-output setup clean help FORCE

plan: $(READY) ## print the fragment that CRIU needs on allnoconfig of Linux 6.12
	@$(KRESOLVE) plan criu --tree debian:6.12 --arch x86_64 --base allnoconfig --verify conf

# pytest comes last and runs whatever the others said, so that the last line
# is its summary; the exit status counts all of them.
test: $(READY) ## ruff, mypy and the tests
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(KRESOLVE) tree fetch debian:6.12 || status=1; \
	for tree in $(MORE_TREES); do \
		$(KRESOLVE) tree fetch $$tree || echo "make test: no $$tree, so its tests are skipped"; \
	done; \
	[ $$status = 0 ] || echo "make test: something above failed; the tests run all the same"; \
	$(PYTEST) -n $(TEST_JOBS) || status=1; \
	exit $$status

test-pythons: ## the same with each Python from 3.11 on that is here
	@status=0; \
	for python in $$(tools/setup --pythons); do \
		echo "make test-pythons: $$python" >&2; \
		$(MAKE) --no-print-directory test PYTHON=$$python || status=1; \
	done; \
	exit $$status

# FRESH="trixie user" tries only these; FRESH_DIR=DIR keeps what debootstrap makes.
FRESH :=

test-fresh: $(READY) ## both commands in minimal Debian 12 and 13, and as a mere user (needs root)
	@$(CLEAN) tools/fresh $(FRESH)

# BOOT="ablation" takes each required option away instead; see tests/boot/README.md.
BOOT := kernels

test-boot: $(READY) ## boot the kernels that are planned for CRIU, and let it work in them (an hour)
	@$(CLEAN) tools/boot $(BOOT)

test-long: $(READY) ## the tests that take minutes, with more and other random cases
	@$(PYTEST) -n $(TEST_JOBS) -m long --hypothesis-profile=long

# For example CONFORMANCE="--trees debian:6.12 --configs 20"; see docs/conformance.md.
CONFORMANCE := --table docs/conformance.md

conformance: $(READY) ## compare with conf on every tree and architecture (hours; goes on after a stop)
	@$(CLEAN) $(BIN)/python -m tests.conformance.run $(CONFORMANCE)

lint: $(READY) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# BENCH=--full takes more of everything, and half an hour; see docs/benchmarks.md.
BENCH := --quick

bench: $(READY) ## measure against conf, write the results as JSON and docs/benchmarks.md
	@$(CLEAN) $(BIN)/python -m benchmarks.run $(BENCH)

pictures: $(READY) ## draw the pictures of the documentation anew
	@$(CLEAN) $(BIN)/python -m tools.pictures

schemas: $(READY) ## write the JSON Schemas of the documents anew
	@$(CLEAN) $(BIN)/python -m tools.schemas

# NOTEBOOKS=docs/notebooks/criu.ipynb runs that one only.
NOTEBOOKS :=

notebooks: $(READY) ## run the notebooks of the documentation, write their outputs anew
	@$(CLEAN) $(BIN)/python -m tools.notebooks $(NOTEBOOKS)

# PAGES=docs/tutorial.md does that page only; docs/tutorial-kata.md takes minutes, and needs
# Kata's fragments in ../shared.
PAGES :=

docs-output: $(READY) ## write anew what the pages show that commands print, and the numbers they quote
	@$(CLEAN) $(BIN)/python -m tools.docoutput $(PAGES)

setup: $(READY) ## only set up .venv
	@echo "ready: $(CURDIR)/$(VENV)" >&2

clean: ## remove .venv and whatever tools left in the checkout
	@rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	@find kresolve tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

# A .venv knows where it was made; in a copied checkout it would run the other
# one's code.
ifneq ($(file <$(READY)),$(CURDIR))
$(READY): FORCE
endif
$(READY): pyproject.toml tools/setup
	@$(CLEAN) PYTHON=$(PYTHON) tools/setup $(VENV) >&2
