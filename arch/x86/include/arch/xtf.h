/*
 * What <xtf.h> pulls in of the architecture.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_XTF_H
#define TOUCHSTONE_ARCH_XTF_H

#include <arch/apic.h>
#include <arch/clock.h>
#include <arch/config.h>
#include <arch/cpuid.h>
#include <arch/desc.h>
#include <arch/exinfo.h>
#include <arch/extable.h>
#include <arch/fep.h>
#include <arch/hpet.h>
#include <arch/idt.h>
#include <arch/ioapic.h>
#include <arch/irqflags.h>
#include <arch/lib.h>
#include <arch/mm.h>
#include <arch/page.h>
#include <arch/pagetable.h>
#include <arch/processor.h>
#include <arch/regs.h>
#include <arch/segment.h>
#include <arch/symbolic-const.h>
#include <arch/traps.h>
#include <arch/tss.h>
#include <arch/tsx.h>
#include <arch/x86-dbg-reg.h>
#include <arch/x86-gate.h>

#include <xen/arch-x86/cpuid.h>
#include <xen/hvm/hvm_vcpu.h>

#endif /* TOUCHSTONE_ARCH_XTF_H */
