/*
 * What entries of the exception table make of an exception.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/extable.h>

bool ex_record_fault_x0(struct cpu_regs *regs, const struct extable_entry *ex)
{
    regs->x[0] = EXINFO(regs->entry_vector, regs->error_code);
    regs->ip = ex->fixup;

    return true;
}
