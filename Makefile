# The doors of the house. Everything is set up by `tools/setup`, built under build/<preset> (CMakePresets.json).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo release test check-build ctest pytest lint validate bench dev clang asan tsan fuzz format tidy clean

python := .venv/bin/python
cxx_files = git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp'

help:  ## this list
	@grep -hE '^[a-z -]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z -]+):.*## */\1\t/' | expand -t 18

setup:
	@tools/setup

# The command's exit code 1 says that an objective is missed: here that is the story, not an error.
demo: release  ## build, then fly the flash-sale scenario
	build/release/cli/windtunnel run scenarios/flash-sale.json || [ $$? -eq 1 ]

release: setup  ## the command in build/release/cli, the Python package in build/release/python
	@test -e build/release/build.ninja || cmake --preset release
	@cmake --build --preset release

test: check-build  ## everything a change must pass; CI runs this
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory ctest
	@$(MAKE) --no-print-directory pytest

check-build: setup
	@test -e build/check/build.ninja || cmake --preset check
	@cmake --build --preset check

ctest:
	ctest --preset check

pytest:
	PYTHONPATH=$(CURDIR)/build/check/python $(python) -m pytest -q tests/python tests/notebooks

lint:
	$(cxx_files) | xargs -r clang-format-14 --dry-run --Werror
	$(python) tools/check_layers.py

validate: check-build  ## the model against closed forms, controllers' vectors and published measurements; longer runs than in `test`
	WINDTUNNEL_VALIDATE=full ctest --preset check -L 'theory|conformance' --no-tests=error

bench: setup  ## this engine and its peers on the same jobs, in one run; fails where a target is missed
	@tools/setup --peers
	@$(MAKE) --no-print-directory release
	$(python) tests/bench/compare.py --build build/release

dev: setup  ## the C++ tests from a build that is not optimised: the fast way round while working
	@cmake --workflow --preset $@

clang asan tsan: setup  ## the tests with clang, or under its sanitizers
	@cmake --workflow --preset $@

# What it finds is left in build/fuzz (crash-*, timeout-*); add the input to tests/fuzz/corpus together with the repair.
FUZZ_SECONDS ?= 600
fuzz: setup  ## the fuzzers under sanitizers, FUZZ_SECONDS (600) each; the corpus grows in build/fuzz/corpus
	@test -e build/fuzz/build.ninja || cmake --preset fuzz
	@cmake --build --preset fuzz
	@for room in manifest scenario trace; do mkdir -p build/fuzz/corpus/$$room; \
	  build/fuzz/tests/fuzz/$${room}_fuzzer -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/ build/fuzz/corpus/$$room tests/fuzz/corpus/$$room; done

format:  ## clang-format on all C++
	$(cxx_files) | xargs -r clang-format-14 -i

tidy: setup  ## clang-tidy on the libraries and the command; later only on what has changed
	@test -e build/tidy/build.ninja || cmake --preset tidy
	@cmake --build --preset tidy

clean:  ## removes build/ (not .venv)
	rm -rf build
