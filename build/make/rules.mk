# How sources become objects, and what depends upon what.
# SPDX-License-Identifier: BSD-2-Clause

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
endif

all-objs := $(sort $(all-objs))
used-envs := $(sort $(foreach o,$(all-objs:$(O)/%=%),$(firstword $(subst /, ,$(o)))))

# Directories, and files that hold the flags, are made as this is read: a
# flags file changes only if the flags do.
$(foreach d,$(sort $(dir $(all-objs))),$(if $(wildcard $(d)),,$(shell mkdir -p $(d))))
$(foreach env,$(BUILD_ENVIRONMENTS),$(eval flags-$(env) := $(toolchain) $(CC) $(call cflags,$(env)) $(call ldflags,$(env))))
$(foreach env,$(used-envs),$(if $(filter $(subst $(space),_,$(file <$(O)/$(env)/flags)),$(subst $(space),_,$(flags-$(env)))),,$(file >$(O)/$(env)/flags,$(flags-$(env)))))

define object-rules
$(O)/$(1)/%.o: %.c $(O)/$(1)/flags
	$$(call say,CC,$$@)
	$$(Q)$(CC) $(call cflags,$(1)) $$(TEST-CFLAGS) -MMD -MP -MF $$(@:.o=.d) -c $$< -o $$@

$(O)/$(1)/%.o: %.S $(O)/$(1)/flags
	$$(call say,AS,$$@)
	$$(Q)$(CC) $(call aflags,$(1)) -MMD -MP -MF $$(@:.o=.d) -c $$< -o $$@
endef

$(foreach env,$(BUILD_ENVIRONMENTS),$(eval $(call object-rules,$(env))))

all: $(all-images) $(all-cfgs)
	@:

# Compiling without linking: enough for a second compiler's opinion.
objects: $(all-objs)
	@:

# For editors and checkers that want to know how each file is compiled.
source-of = $(firstword $(wildcard $(1:.o=.c) $(1:.o=.S)))
compile_commands.json: FORCE
	$(call say,GEN,$@)
	$(file >$@.in)$(foreach env,$(used-envs),$(foreach o,$(filter $(O)/$(env)/%,$(all-objs)),$(file >>$@.in,$(call source-of,$(o:$(O)/$(env)/%=%)) $(o) $(CC) $(if $(filter %.S,$(call source-of,$(o:$(O)/$(env)/%=%))),$(call aflags,$(env)),$(call cflags,$(env))))))
	$(Q)$(PYTHON) -ISE build/make/mkcompdb $(ROOT) <$@.in >$@; rm -f $@.in

FORCE:

-include $(wildcard $(all-objs:.o=.d) $(foreach env,$(used-envs),$(O)/$(env)/link.lds.d))
