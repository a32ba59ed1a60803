# The environments, and how the tools are called for each.
# SPDX-License-Identifier: BSD-2-Clause

PV_ENVIRONMENTS  := pv64 pv32pae
HVM_ENVIRONMENTS := hvm64 hvm32pae hvm32pse hvm32
X86_ENVIRONMENTS := $(PV_ENVIRONMENTS) $(HVM_ENVIRONMENTS)
ARM_ENVIRONMENTS := mmu64le
ALL_ENVIRONMENTS := $(X86_ENVIRONMENTS) $(ARM_ENVIRONMENTS)

# Sets that test Makefiles name.
32BIT_ENVIRONMENTS := pv32pae hvm32pae hvm32pse hvm32
64BIT_ENVIRONMENTS := pv64 hvm64 mmu64le

# Of each environment: architecture, guest type (a directory of the
# architecture, if not -), width, the linker's emulation, and the format of the
# image.  Toolstacks want the image of an HVM guest to be a 32-bit ELF even if
# the guest is 64-bit; on Arm, Xen boots the 64-bit Image format and no ELF.
define environment
$(1)-arch   := $(2)
$(1)-guest  := $(filter-out -,$(3))
$(1)-bits   := $(4)
$(1)-ldmode := $(5)
$(1)-format := $(6)
endef

$(eval $(call environment,pv64,x86,pv,64,elf_x86_64,elf64-x86-64))
$(eval $(call environment,pv32pae,x86,pv,32,elf_i386,elf32-i386))
$(eval $(call environment,hvm64,x86,hvm,64,elf_x86_64,elf32-i386))
$(eval $(call environment,hvm32pae,x86,hvm,32,elf_i386,elf32-i386))
$(eval $(call environment,hvm32pse,x86,hvm,32,elf_i386,elf32-i386))
$(eval $(call environment,hvm32,x86,hvm,32,elf_i386,elf32-i386))
$(eval $(call environment,mmu64le,arm64,-,64,aarch64elf,binary))
