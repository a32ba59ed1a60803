# Goals other than building.
# SPDX-License-Identifier: BSD-2-Clause

comma := ,
space := $(subst x, ,x x)
# One architecture is built at a time: that of ARCH, by whatever name it goes,
# or else that of the compiler.  Xen's own CI exports ARCH.
arch-of = $(if $(filter arm64% aarch64%,$(1)),arm64,$(if $(filter x86% i%86 i%86-%,$(1)),x86))
arch := $(call arch-of,$(ARCH))

plain-goals := help clean distclean deps hypervisor box run check check-box \
	coverage defects man docs

# Which hypervisor: auto (full, or what comes nearest to it and is to be had),
# full, nodebug, stock, each of these @ a Debian release, a file, or tree:DIR.
XEN ?= auto
# More words and options for xtf-runner.
ARGS ?= $(if $(filter arm64,$(arch)),mmu64le,--all)

.PHONY: all objects install clean distclean help deps hypervisor run check
.PHONY: coverage defects box check-box man docs

help:
	@sed 's/^    //' build/make/help.txt

# What only arm64 takes is installed only for it.
deps-suffix := $(if $(filter arm64,$(arch)),-arm64)

# Some tests do not apply everywhere: SKIP, the runner's exit code 3, is success.
skip-is-ok = || [ $$? = 3 ]

# The rest is Python, which the smallest Debian lacks.
bootstrap = @command -v python3 >/dev/null || sh build/make/install-python

deps:
	$(bootstrap)
	@build/deps all --install

hypervisor:
	$(bootstrap)
	@build/deps hypervisor$(deps-suffix) --install
	@build/hypervisor $(if $(deps-suffix),--arch arm64) $(XEN)

run:
	$(bootstrap)
	@build/deps run$(deps-suffix) --install
	@$(MAKE) all
	@./xtf-runner --xen $(XEN) $(ARGS) $(skip-is-ok)

check:
	$(bootstrap)
	@build/deps check --install
	@build/check

# A Xen host inside QEMU, and the suite as unprivileged domains in it.
box:
	$(bootstrap)
	@build/deps run --install
	@build/box $(if $(filter-out auto,$(XEN)),--xen $(XEN))

check-box: box
	@$(MAKE) all
	@./xtf-runner --host-kind box --xen $(XEN) $(ARGS) \
		--known-defects=allow $(skip-is-ok)
	@build/tests/box/check_gntdev.py $(xen-option)

# These need more of the hypervisor than its binary.
xen-option = $(if $(filter-out auto,$(XEN)),--xen $(XEN))

# Which lines of the hypervisor the tests reach, and which of its planted
# defects they catch; TESTS= narrows both down.
coverage:
	$(bootstrap)
	@build/deps coverage --install
	@$(MAKE) all
	@build/coverage $(xen-option) $(TESTS) $(skip-is-ok)

defects:
	$(bootstrap)
	@build/deps run --install
	@$(MAKE) all
	@build/defects $(xen-option) $(addprefix --test ,$(TESTS)) $(DEFECTS)

# xtf-runner's manual page, and pages of the API from the headers' comments.
man:
	$(bootstrap)
	@build/deps man --install
	@build/manual -o $(O)/xtf-runner.1
	@echo "$(O)/xtf-runner.1: man -l shows it"

docs:
	$(bootstrap)
	@build/deps docs --install
	@build/api-docs -o $(O)/docs

clean:
	rm -rf $(O) tests/*/test-* tests/*/info.json

distclean: clean
	rm -rf compile_commands.json
	find . -name __pycache__ -prune -exec rm -rf {} +
