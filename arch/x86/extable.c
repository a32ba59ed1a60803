/*
 * What entries of the exception table make of an exception.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/extable.h>

static bool record(unsigned long *reg, struct cpu_regs *regs,
                   const struct extable_entry *ex)
{
    *reg = EXINFO(regs->entry_vector, regs->error_code);
    regs->ip = ex->fixup;

    return true;
}

bool ex_record_fault_eax(struct cpu_regs *regs, const struct extable_entry *ex)
{
    return record(&regs->ax, regs, ex);
}

bool ex_record_fault_edi(struct cpu_regs *regs, const struct extable_entry *ex)
{
    return record(&regs->di, regs, ex);
}

static bool flag_gp(struct cpu_regs *regs, const struct extable_entry *ex)
{
    if ( regs->entry_vector != X86_EXC_GP || regs->error_code )
        return false;

    regs->di = true;
    regs->ip = ex->fixup;

    return true;
}

bool ex_rdmsr_safe(struct cpu_regs *regs, const struct extable_entry *ex)
{
    if ( !flag_gp(regs, ex) )
        return false;

    regs->ax = regs->dx = 0;

    return true;
}

bool ex_wrmsr_safe(struct cpu_regs *regs, const struct extable_entry *ex)
{
    return flag_gp(regs, ex);
}
