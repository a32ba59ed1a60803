# The environments, and how the tools are called for each.
# SPDX-License-Identifier: BSD-2-Clause

PV_ENVIRONMENTS  := pv64 pv32pae
HVM_ENVIRONMENTS := hvm64 hvm32pae hvm32pse hvm32
ALL_ENVIRONMENTS := $(PV_ENVIRONMENTS) $(HVM_ENVIRONMENTS)

# Sets that test Makefiles name.
32BIT_ENVIRONMENTS := pv32pae hvm32pae hvm32pse hvm32
64BIT_ENVIRONMENTS := pv64 hvm64

# Of each environment: guest type, width, the linker's emulation, and the
# format of the image.  Toolstacks want the image of an HVM guest to be a
# 32-bit ELF even if the guest is 64-bit.
define environment
$(1)-guest  := $(2)
$(1)-bits   := $(3)
$(1)-ldmode := $(4)
$(1)-format := $(5)
endef

$(eval $(call environment,pv64,pv,64,elf_x86_64,elf64-x86-64))
$(eval $(call environment,pv32pae,pv,32,elf_i386,elf32-i386))
$(eval $(call environment,hvm64,hvm,64,elf_x86_64,elf32-i386))
$(eval $(call environment,hvm32pae,hvm,32,elf_i386,elf32-i386))
$(eval $(call environment,hvm32pse,hvm,32,elf_i386,elf32-i386))
$(eval $(call environment,hvm32,hvm,32,elf_i386,elf32-i386))
