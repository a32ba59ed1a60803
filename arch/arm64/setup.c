/*
 * Bringing up the environment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/extable.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/lib.h>
#include <arch/setup.h>

shared_info_t shared_info __page_aligned_bss;

/* HVC works from the start. */
void arch_init_hypercalls(void)
{
}

void arch_init_cpu(void)
{
    sort_extable();
    arch_init_traps();
    arch_init_mm();
    arch_init_clock();
}

void arch_processor_name(char name[ARCH_PROCESSOR_NAME_SIZE])
{
    snprintf(name, ARCH_PROCESSOR_NAME_SIZE, "MIDR_EL1 %#" PRIx64,
             read_sysreg(midr_el1));
}
