# What every image links: the kernel's objects, an archive an environment.
# SPDX-License-Identifier: BSD-2-Clause

all-objs :=
arch-dir := arch/$(arch)
# Peers are for architectures that have code for them to run.
runtime-srcs := $(filter-out $(if $(wildcard $(arch-dir)/peer.S),,common/peers/%), \
  $(wildcard common/*.c common/*/*.c $(arch-dir)/compat/*.c)) \
  $(filter-out %/head.S,$(wildcard $(arch-dir)/*.c $(arch-dir)/*.S))

# Where a kind of guest has a directory of its own, that has the entry, too.
guest-dir = $(arch-dir)$(addprefix /,$($(1)-guest))
head-of = $(O)/$(1)/$(guest-dir)/head.o

define runtime
runtime-objs-$(1) := $(patsubst %,$(O)/$(1)/%.o,$(basename $(runtime-srcs) $(if $($(1)-guest),$(filter-out %/head.S,$(wildcard $(guest-dir)/*.c $(guest-dir)/*.S)))))
all-objs += $$(runtime-objs-$(1)) $(head-of)
runtime-$(1) := $(O)/$(1)/runtime.a $(O)/$(1)/link.lds $(head-of)

$(O)/$(1)/runtime.a: $$(runtime-objs-$(1))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $(AR) rcsD $$@ $$(runtime-objs-$(1))

$(O)/$(1)/link.lds: $(arch-dir)/link.lds.in $(O)/$(1)/flags
	$$(call say,LDS,$$@)
	$$(Q)$(CC) $$(call aflags,$(1)) -P -E -x assembler-with-cpp -MMD -MP -MT $$@ -MF $$@.d $$< -o $$@

endef

$(foreach env,$(BUILD_ENVIRONMENTS),$(eval $(call runtime,$(env))))
