# Goals other than building.
# SPDX-License-Identifier: BSD-2-Clause

space := $(subst x, ,x x)
plain-goals := help clean distclean deps hypervisor

.PHONY: all clean distclean help deps hypervisor

clean:
	rm -rf out tests/*/test-* tests/*/info.json

distclean: clean
	rm -f compile_commands.json
