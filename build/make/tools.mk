# The tools.  LLVM=1 picks Clang and LLVM's, CROSS_COMPILE a prefix.
# SPDX-License-Identifier: BSD-2-Clause

# Debian's cross compiler, where the machine itself is something else.
ifeq ($(arch),arm64)
ifneq ($(call arch-of,$(shell uname -m)),arm64)
CROSS_COMPILE ?= aarch64-linux-gnu-
clang-target := --target=aarch64-linux-gnu
endif
endif

ifneq ($(LLVM),)
CC       := clang $(clang-target)
LD       := ld.lld
AR       := llvm-ar
NM       := llvm-nm
OBJCOPY  := llvm-objcopy
else
# Make has names of its own for these, or none at all where -R is inherited.
ifneq ($(filter default undefined,$(origin CC)),)
CC       := $(CROSS_COMPILE)gcc
endif
ifneq ($(filter default undefined,$(origin LD)),)
LD       := $(CROSS_COMPILE)ld
endif
ifneq ($(filter default undefined,$(origin AR)),)
AR       := $(CROSS_COMPILE)ar
endif
NM       ?= $(CROSS_COMPILE)nm
OBJCOPY  ?= $(CROSS_COMPILE)objcopy
endif
PYTHON   ?= python3

# One line that says what to install, in place of a failing rule.
package-of = $(or $(strip \
  $(if $(filter aarch64-linux-gnu-gcc,$(1)),gcc-aarch64-linux-gnu) \
  $(if $(filter aarch64-linux-gnu-%,$(1)),binutils-aarch64-linux-gnu) \
  $(if $(filter %gcc cc,$(1)),gcc) \
  $(if $(filter %clang,$(1)),clang) \
  $(if $(filter ld.lld,$(1)),lld) \
  $(if $(filter llvm-%,$(1)),llvm) \
  $(if $(filter %ld %ar %nm %objcopy,$(filter-out llvm-%,$(1))),binutils) \
  $(if $(filter %python3,$(1)),python3)),it)
missing-tools := $(shell for t in $(foreach t,CC LD AR NM OBJCOPY PYTHON,$(firstword $($(t)))); do \
  command -v $$t >/dev/null || echo $$t; done)
$(foreach t,$(missing-tools),$(error $(t) is missing: install the package $(call package-of,$(t)) (on Debian: apt-get install $(call package-of,$(t)))))

toolchain := $(shell $(CC) --version 2>/dev/null | head -n 1)
ifeq ($(arch),)
arch := $(or $(call arch-of,$(shell $(CC) -dumpmachine 2>/dev/null)),x86)
endif
BUILD_ENVIRONMENTS := $(foreach env,$(ALL_ENVIRONMENTS),$(if $(filter $(arch),$($(env)-arch)),$(env)))

# Flags on make's command line come on top of those below, and in front of those
# that an image cannot do without.  There they would replace what the Makefiles
# of tests say as well, so they move to names of their own.
define user-flags
user-$(1) := $(if $(filter command override,$(firstword $(origin $(1)))),$($(1)))
override undefine $(1)
endef
$(foreach v,CPPFLAGS CFLAGS LDFLAGS,$(eval $(call user-flags,$(v))))

CPPFLAGS := -I$(ROOT)/include -I$(ROOT)/arch/$(arch)/include -include arch/config.h $(user-CPPFLAGS)

# What may be said otherwise.
DEFAULT_CFLAGS := -std=gnu99 -O2 -g -pipe -Wall -Wextra -Werror \
  -Wno-unused-parameter -Wno-sign-compare

# A kernel has no C library, no unwinder, no stack guard, no plugin of the
# linker's, and no registers but the general ones.
COMMON_CFLAGS := \
  -ffreestanding -fno-builtin-printf -fno-pic -fno-pie -fno-stack-protector \
  -fno-strict-aliasing -fno-common -fno-asynchronous-unwind-tables \
  -fomit-frame-pointer \
  -fno-lto -fno-exceptions -fno-stack-clash-protection -fno-profile-arcs \
  $(if $(findstring clang,$(toolchain)),-Wno-gnu)
x86-cflags := -fcf-protection=none -mno-sse -mno-mmx -msoft-float
arm64-cflags := -mgeneral-regs-only $(if $(findstring clang,$(toolchain)),,-mno-outline-atomics)

# Tests that were written against other headers, with other types for the same
# things, are warned of what differs; they build all the same.  STRICT=1 for
# those that shall not differ.
ifneq ($(STRICT),1)
test-warnings := $(addprefix -Wno-error=,int-conversion incompatible-pointer-types pointer-sign format \
  $(if $(findstring clang,$(toolchain)),,discarded-qualifiers))
endif

COMMON_AFLAGS := -D__ASSEMBLY__ -pipe -Wall -Werror
COMMON_LDFLAGS := -nostdlib -static --build-id=none -z noexecstack \
  -z max-page-size=4096 --no-gc-sections

# The linker is no compiler driver: -Wl,… is unpacked, and what only a driver
# understands is left out.
driver-flags := -f% -g% -O% -m32 -m64 -march=% -mtune=% -specs=% -pie -no-pie -pipe -pthread -W%
linker-flag = $(if $(filter -Wl$(comma)%,$(1)),$(subst $(comma), ,$(patsubst -Wl$(comma)%,%,$(1))),$(filter-out $(driver-flags),$(1)))

# Objects depend upon what the flags are, not upon when they were said.
x86-width = -m$($(1)-bits)
x86-64-cflags := -mno-red-zone
cflags = $(CPPFLAGS) $(DEFAULT_CFLAGS) $(user-CFLAGS) $(call $(arch)-width,$(1)) -DCONFIG_ENV_$(1)=1 $(COMMON_CFLAGS) $($(arch)-cflags) $($(arch)-$($(1)-bits)-cflags)
aflags = $(CPPFLAGS) $(call $(arch)-width,$(1)) -DCONFIG_ENV_$(1)=1 $(COMMON_AFLAGS)
ldflags = $(strip $(foreach f,$(user-LDFLAGS),$(call linker-flag,$(f)))) -m $($(1)-ldmode) $(COMMON_LDFLAGS)
