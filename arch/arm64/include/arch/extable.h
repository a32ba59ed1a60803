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
    DECLSTR(.balign 8;)                                                 \
    DECLSTR(_WORD fault, fixup, handler;)                               \
    DECLSTR(.popsection;)

#define _ASM_EXTABLE(fault, fixup)                                      \
    _ASM_EXTABLE_HANDLER(fault, fixup, 0)

#ifndef __ASSEMBLY__

#include <xtf/types.h>

struct cpu_regs;
struct extable_entry;

/**
 * A handler that stores EXINFO(class, syndrome) in x0 and goes on at the fixup.
 */
bool ex_record_fault_x0(struct cpu_regs *regs, const struct extable_entry *ex);

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_EXTABLE_H */
