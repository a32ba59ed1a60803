/*
 * How an entry of the exception table is written: common part in
 * <xtf/extable.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_EXTABLE_H
#define TOUCHSTONE_ARCH_EXTABLE_H

#include <xtf/asm_macros.h>

/*
 * If the instruction at fault takes an exception, go on at fixup; with a
 * handler, after it said so.  Both are usable within asm() and in .S files.
 */
#define _ASM_EXTABLE_HANDLER(fault, fixup, handler)                     \
    DECLSTR(.pushsection .ex_table, "a", @progbits;)                    \
    DECLSTR(.balign __ASM_SEL_RAW(4, 8);)                               \
    DECLSTR(_WORD fault, fixup, handler;)                               \
    DECLSTR(.popsection;)

#define _ASM_EXTABLE(fault, fixup)                                      \
    _ASM_EXTABLE_HANDLER(fault, fixup, 0)

/*
 * A trap (#BP, #DB, #OF by INTO or INT n) is taken with the instruction
 * pointer past the instruction: at loc, where nothing needs fixing.
 */
#define _ASM_TRAP_OK(loc)                                               \
    _ASM_EXTABLE_HANDLER(loc, loc, 0)

#ifndef __ASSEMBLY__

#include <xtf/types.h>

struct cpu_regs;
struct extable_entry;

/*
 * Handlers that store EXINFO(vector, error code) in a register and go on at
 * the fixup.
 */
bool ex_record_fault_eax(struct cpu_regs *regs, const struct extable_entry *ex);
bool ex_record_fault_edi(struct cpu_regs *regs, const struct extable_entry *ex);

/*
 * Handlers for RDMSR and WRMSR: on #GP(0) they set %edi to 1, which is 0
 * before, and RDMSR reads as 0.
 */
bool ex_rdmsr_safe(struct cpu_regs *regs, const struct extable_entry *ex);
bool ex_wrmsr_safe(struct cpu_regs *regs, const struct extable_entry *ex);

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_EXTABLE_H */
