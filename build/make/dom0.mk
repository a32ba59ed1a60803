# Programs for Linux in dom0: what a test's obj-dom0 is linked to.
# SPDX-License-Identifier: BSD-2-Clause
#
# Such a program is static, so that it runs in any dom0.  Where there is no C
# library to link so, the programs are left out, and the runner says why it
# skips their instances.

dom0-libc := $(if $(filter x86,$(arch)),$(wildcard $(shell $(CC) -m64 -print-file-name=libc.a 2>/dev/null)))

dom0-srcs := $(addprefix common/lib/,heapsort.c panic.c printk.c vsnprintf.c) \
  common/core/cmdline.c common/core/report.c \
  $(addprefix common/harness/,case.c cases.c names.c) \
  $(wildcard arch/linux/*.c)
dom0-objs := $(patsubst %.c,$(O)/dom0/%.o,$(dom0-srcs))
dom0-tests := $(strip $(dom0-tests))

# The headers of the tree come ahead of the system's, whose include/xen is
# another.
DOM0_CFLAGS = $(CPPFLAGS) -I$(ROOT)/arch/linux/include $(filter-out -std=%,$(DEFAULT_CFLAGS)) -std=gnu11 \
  $(user-CFLAGS) -m64 -DCONFIG_LINUX_PROCESS=1 -fno-pie -fno-builtin-printf
DOM0_LDFLAGS = -m64 -static -no-pie $(user-LDFLAGS) -Wl,-T,arch/linux/cases.lds

ifneq ($(and $(dom0-libc),$(dom0-tests)),)

dom0-test-objs := $(foreach t,$(dom0-tests),$(dom0-objs-$(t)))

$(foreach d,$(sort $(dir $(dom0-objs) $(dom0-test-objs))),$(if $(wildcard $(d)),,$(shell mkdir -p $(d))))
flags-dom0 := $(toolchain) $(CC) $(DOM0_CFLAGS) $(DOM0_LDFLAGS)
$(if $(filter $(subst $(space),_,$(file <$(O)/dom0/flags)),$(subst $(space),_,$(flags-dom0))),,$(file >$(O)/dom0/flags,$(flags-dom0)))

$(O)/dom0/%.o: %.c $(O)/dom0/flags
	$(call say,CC,$@)
	$(Q)$(CC) $(DOM0_CFLAGS) -MMD -MP -MF $(@:.o=.d) -c $< -o $@

$(O)/dom0/runtime.a: $(dom0-objs)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $(dom0-objs)

define dom0-program
all-images += $(1)/test-dom0-$(notdir $(1))
$(1)/test-dom0-$(notdir $(1)): $(dom0-objs-$(1)) $(O)/dom0/runtime.a arch/linux/cases.lds $(O)/dom0/flags
	$$(call say,LD,$$@)
	$$(Q)$(CC) $$(DOM0_LDFLAGS) -s -o $$@ $(dom0-objs-$(1)) $(O)/dom0/runtime.a
endef
$(foreach t,$(dom0-tests),$(eval $(call dom0-program,$(t))))

all-dom0-objs := $(dom0-objs) $(dom0-test-objs)
objects: $(all-dom0-objs)
-include $(wildcard $(all-dom0-objs:.o=.d))

endif
