# What every image links: the kernel's objects, an archive an environment.
# SPDX-License-Identifier: BSD-2-Clause

all-objs :=
runtime-srcs := $(wildcard common/*.c common/*/*.c arch/x86/*.c arch/x86/*.S arch/x86/compat/*.c)

define runtime
runtime-objs-$(1) := $(patsubst %,$(O)/$(1)/%.o,$(basename $(runtime-srcs) $(filter-out %/head.S,$(wildcard arch/x86/$($(1)-guest)/*.c arch/x86/$($(1)-guest)/*.S))))
all-objs += $$(runtime-objs-$(1)) $(O)/$(1)/arch/x86/$($(1)-guest)/head.o
runtime-$(1) := $(O)/$(1)/runtime.a $(O)/$(1)/link.lds $(O)/$(1)/arch/x86/$($(1)-guest)/head.o

$(O)/$(1)/runtime.a: $$(runtime-objs-$(1))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $(AR) rcsD $$@ $$(runtime-objs-$(1))

$(O)/$(1)/link.lds: arch/x86/link.lds.in $(O)/$(1)/flags
	$$(call say,LDS,$$@)
	$$(Q)$(CC) $$(call aflags,$(1)) -P -E -x assembler-with-cpp -MMD -MP -MT $$@ -MF $$@.d $$< -o $$@

endef

$(foreach env,$(ALL_ENVIRONMENTS),$(eval $(call runtime,$(env))))
