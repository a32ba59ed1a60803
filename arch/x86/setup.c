/*
 * Bringing up what both kinds of guest have.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/extable.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/cpuid.h>
#include <arch/fep.h>
#include <arch/setup.h>

shared_info_t shared_info __page_aligned_bss;

bool xtf_has_fep;

static void probe_fep(void)
{
    exinfo_t fault = 0;

    asm volatile ("1: " _ASM_XEN_FEP "nop; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
                  : "+a" (fault));

    xtf_has_fep = !fault;
}

void arch_init_cpu(void)
{
    sort_extable();
    arch_init_traps();
    arch_init_mm();
    init_cpuid();
    probe_fep();
}
