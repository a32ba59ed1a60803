/*
 * The exception table: which instructions may fault, and what then.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_EXTABLE_H
#define XTF_EXTABLE_H

#include <arch/extable.h>

#ifndef __ASSEMBLY__

#include <arch/exinfo.h>
#include <arch/regs.h>

struct extable_entry
{
    unsigned long fault;        /* Instruction pointer of the exception. */
    unsigned long fixup;        /* Where to go on. */

    /*
     * If not NULL: called first, and to set regs->ip by itself.  Returns
     * false to have the exception treated as if there were no entry.
     */
    bool (*handler)(struct cpu_regs *regs, const struct extable_entry *ex);
};

/** Sort the table.  Exceptions before this are not looked up. */
void sort_extable(void);

/** The entry for the instruction at @p ip, or NULL. */
const struct extable_entry *search_extable(unsigned long ip);

/**
 * Have an exception go on as the entry for its instruction says.
 * @return false if there is no entry, or its handler declines.
 */
bool use_extable(struct cpu_regs *regs);

#endif /* __ASSEMBLY__ */

#endif /* XTF_EXTABLE_H */
