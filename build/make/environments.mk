# The environments of build/environments.txt, which explains the columns.
# SPDX-License-Identifier: BSD-2-Clause

# A row is one word here, its columns joined by commas.
environment-rows := $(shell sed -n '/^[^#]/s/  */,/gp' build/environments.txt)
column = $(word $(1),$(subst $(comma), ,$(2)))

define environment
ALL_ENVIRONMENTS += $(call column,1,$(1))
$(call column,1,$(1))-arch   := $(call column,2,$(1))
$(call column,1,$(1))-guest  := $(filter-out -,$(call column,3,$(1)))
$(call column,1,$(1))-bits   := $(call column,4,$(1))
$(call column,1,$(1))-ldmode := $(call column,5,$(1))
$(call column,1,$(1))-format := $(call column,6,$(1))
endef

ALL_ENVIRONMENTS :=
$(foreach row,$(environment-rows),$(eval $(call environment,$(row))))
ALL_ENVIRONMENTS := $(strip $(ALL_ENVIRONMENTS))

# Sets that test Makefiles name: environments with a value in a column.
with = $(strip $(foreach env,$(ALL_ENVIRONMENTS),$(if $(filter $(2),$($(env)-$(1))),$(env))))

X86_ENVIRONMENTS   := $(call with,arch,x86)
ARM_ENVIRONMENTS   := $(call with,arch,arm64)
PV_ENVIRONMENTS    := $(call with,guest,pv)
HVM_ENVIRONMENTS   := $(call with,guest,hvm)
32BIT_ENVIRONMENTS := $(call with,bits,32)
64BIT_ENVIRONMENTS := $(call with,bits,64)
