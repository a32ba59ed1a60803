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
used-envs := $(sort $(foreach o,$(all-objs),$(word 2,$(subst /, ,$(o)))))

# Directories, and files that hold the flags, are made as this is read: a
# flags file changes only if the flags do.
$(foreach d,$(sort $(dir $(all-objs))),$(if $(wildcard $(d)),,$(shell mkdir -p $(d))))
$(foreach env,$(ALL_ENVIRONMENTS),$(eval flags-$(env) := $(toolchain) $(CC) $(call cflags,$(env)) $(CFLAGS_EXTRA)))
$(foreach env,$(used-envs),$(if $(filter $(subst $(space),_,$(file <out/$(env)/flags)),$(subst $(space),_,$(flags-$(env)))),,$(file >out/$(env)/flags,$(flags-$(env)))))

define object-rules
out/$(1)/%.o: %.c out/$(1)/flags
	$$(call say,CC,$$@)
	$$(Q)$(CC) $(call cflags,$(1)) $$(TEST-CFLAGS) -MMD -MP -MF $$(@:.o=.d) -c $$< -o $$@

out/$(1)/%.o: %.S out/$(1)/flags
	$$(call say,AS,$$@)
	$$(Q)$(CC) $(call aflags,$(1)) -MMD -MP -MF $$(@:.o=.d) -c $$< -o $$@
endef

$(foreach env,$(ALL_ENVIRONMENTS),$(eval $(call object-rules,$(env))))

all: $(all-images) $(all-cfgs)
	@:

-include $(wildcard $(all-objs:.o=.d) $(foreach env,$(used-envs),out/$(env)/link.lds.d))
