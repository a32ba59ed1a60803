# The rules of one test, from what its Makefile set.
# SPDX-License-Identifier: BSD-2-Clause

$(foreach v,NAME CATEGORY TEST-ENVS,$(if $(strip $($(v))),,$(error $(test-makefile): $(v) is not set)))
$(foreach env,$(filter-out $(ALL_ENVIRONMENTS),$(TEST-ENVS)),$(error $(test-makefile): there is no environment '$(env)' (there are: $(ALL_ENVIRONMENTS))))

# Those of this architecture; a pairing that is in both lists is in the first.
test-pairings := $(if $(ROLES),$(call pairings-of,$(ROLES),$(filter $(BUILD_ENVIRONMENTS),$(TEST-ENVS)),$(PAIRINGS)))
test-more-pairings := $(if $(ROLES),$(filter-out $(test-pairings),$(call pairings-of,$(ROLES),$(filter $(BUILD_ENVIRONMENTS),$(TEST-ENVS)),$(MORE-PAIRINGS))))
$(foreach p,$(test-pairings) $(test-more-pairings),$(if $(filter $(words $(ROLES)),$(words $(subst +, ,$(p)))),,$(error $(test-makefile): pairing '$(p)' does not name an environment for each of the roles ($(ROLES)))))
$(foreach p,$(test-pairings) $(test-more-pairings),$(foreach e,$(filter-out $(TEST-ENVS),$(subst +, ,$(p))),$(error $(test-makefile): pairing '$(p)' names '$(e)', which is not in TEST-ENVS)))

# Objects are named from the test's directory; some tests borrow others' by
# absolute path.
test-objs = $(foreach o,$(obj-perenv) $(obj-perarch) $(obj-$(1)),$(O)/$(1)/$(patsubst $(ROOT)/%,%,$(if $(filter /%,$(o)),$(o),$(ROOT)/$(test-dir)/$(o))))

define test-image
all-objs += $(call test-objs,$(1))
all-images += $(test-dir)/test-$(1)-$(NAME)
$(call test-objs,$(1)): TEST-CFLAGS := $(test-warnings) $(if $(ROLES),-DTEST_ROLES='"$(strip $(ROLES))"') $(CFLAGS)

$(O)/$(1)/$(test-dir)/$(NAME).elf: $(call test-objs,$(1)) $(runtime-$(1)) $(test-makefile)
	$$(call say,LD,$$@)
	$$(Q)$(LD) $(call ldflags,$(1)) -T $(O)/$(1)/link.lds -o $$@ $(head-of) $(call test-objs,$(1)) $(O)/$(1)/runtime.a

$(test-dir)/test-$(1)-$(NAME): $(O)/$(1)/$(test-dir)/$(NAME).elf
	$$(call say,IMAGE,$$@)
	$$(Q)$(NM) -n $$< | awk -f build/make/symbols.awk include/xtf/lib/symbols.h - >$$<.symbols
	$$(Q)$(OBJCOPY) -g -x -O $($(1)-format) --update-section .symbols=$$<.symbols $$< $$@
endef

test-envs := $(filter $(BUILD_ENVIRONMENTS),$(TEST-ENVS))
test-cfgs := $(foreach e,$(if $(ROLES),$(test-pairings) $(test-more-pairings),$(test-envs)),$(foreach v,$(or $(VARY-CFG),-),$(foreach r,$(or $(ROLES),-),$(test-dir)/test-$(e)-$(NAME)$(if $(filter-out -,$(v)),~$(v))$(if $(filter-out -,$(r)),.$(r)).cfg)))
# A variation's file is the test's own or one of build/make/cfg.
variation-input = $(or $(wildcard $(test-dir)/$(1).cfg.in),$(wildcard build/make/cfg/$(1).cfg.in),$(test-dir)/$(1).cfg.in)
test-cfg-inputs := $(addprefix $(test-dir)/,$(TEST-EXTRA-CFG)) $(foreach v,$(VARY-CFG),$(call variation-input,$(v)))

all-cfgs += $(test-dir)/info.json $(test-cfgs)
all-test-dirs += $(test-dir)
tests-with-roles += $(if $(ROLES),$(test-dir))
cfg-args-$(test-dir) := $(test-dir) --name '$(NAME)' --category '$(CATEGORY)' --envs '$(TEST-ENVS)' --pv '$(PV_ENVIRONMENTS)' --vcpus '$(VCPUS)' \
  $(if $(VARY-CFG),--variations '$(VARY-CFG)') $(if $(TEST-EXTRA-CFG),--extra '$(TEST-EXTRA-CFG)') \
  $(if $(TEST-TIMEOUT),--timeout '$(TEST-TIMEOUT)') $(if $(filter y,$(TEST-REALTIME)),--realtime) $(if $(filter y,$(TEST-COLD)),--cold) \
  $(if $(ROLES),--roles '$(ROLES)' --pairings '$(test-pairings)' --more-pairings '$(test-more-pairings)') \
  $(if $(XEN-CMDLINE),--xen-cmdline '$(XEN-CMDLINE)') $(if $(obj-dom0),--dom0-program)
dom0-tests += $(if $(obj-dom0),$(test-dir))
dom0-objs-$(test-dir) := $(addprefix $(O)/dom0/$(test-dir)/,$(obj-dom0))

define test-config
$(test-dir)/info.json $(test-cfgs) &: $(test-makefile) $(test-cfg-inputs) build/make/mkcfg $(wildcard build/make/cfg/*.cfg.in)
	$$(call say,CFG,$(test-dir))
	$$(Q)$(PYTHON) -ISE build/make/mkcfg $(cfg-args-$(test-dir))
endef

$(foreach env,$(test-envs),$(eval $(call test-image,$(env))))
$(eval $(test-config))
