# Touchstone: one non-recursive build.  `make help` lists the targets.
# SPDX-License-Identifier: BSD-2-Clause

ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
MAKEFLAGS += -rR --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

ifneq ($(CURDIR),$(ROOT))
$(error Run make in $(ROOT), or with -C $(ROOT))
endif

# Where objects go.
O ?= out

include build/make/goals.mk

# The goals that need neither tools nor tests.
ifneq ($(filter-out $(plain-goals),$(or $(MAKECMDGOALS),all)),)

include build/make/environments.mk
include build/make/tools.mk
include build/make/runtime.mk
include build/make/pairings.mk

# What the tests' Makefiles add to; expanded as they do.
all-images :=
all-cfgs :=
all-test-dirs :=
dom0-tests :=
tests-with-roles :=

TESTS ?= $(patsubst %/Makefile,%,$(wildcard tests/*/Makefile))
tests := $(foreach t,$(TESTS),$(patsubst $(ROOT)/%,%,$(abspath $(t))))
$(foreach t,$(tests),$(if $(wildcard $(t)/Makefile),,$(error There is no test '$(t)': it would need a $(t)/Makefile)))
include $(addsuffix /Makefile,$(tests))

# What makes the domains of tests with roles, where no toolstack does.
ifneq ($(strip $(tests-with-roles)),)
ifeq ($(filter tests/conductor,$(tests)),)
include $(wildcard tests/conductor/Makefile)
endif
endif

include build/make/dom0.mk
include build/make/rules.mk
include build/make/install.mk

endif
