# Goals other than building.
# SPDX-License-Identifier: BSD-2-Clause

space := $(subst x, ,x x)
plain-goals := help clean distclean deps hypervisor run check

# Which hypervisor: full, stock, either @ a Debian release, or a file.
XEN ?= full
# More words and options for xtf-runner.
ARGS ?= --all

.PHONY: all objects install clean distclean help deps hypervisor run check

help:
	@sed 's/^    //' build/help.txt

# The rest is Python, which the smallest Debian lacks.
bootstrap = @command -v python3 >/dev/null || sh build/install-python

deps:
	$(bootstrap)
	@build/deps all --install

hypervisor:
	$(bootstrap)
	@build/deps hypervisor --install
	@build/hypervisor $(XEN)

run:
	$(bootstrap)
	@build/deps run --install
	@$(MAKE) all
	@./xtf-runner --xen $(XEN) $(ARGS)

check:
	$(bootstrap)
	@build/deps check --install
	@build/check

clean:
	rm -rf $(O) tests/*/test-* tests/*/info.json

distclean: clean
	rm -rf compile_commands.json
	find . -name __pycache__ -prune -exec rm -rf {} +
