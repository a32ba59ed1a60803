/*
 * Descriptors and gates.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>

#include <arch/desc.h>
#include <arch/mm.h>
#include <arch/symbolic-const.h>
#include <arch/x86-gate.h>

user_desc gdt[NR_GDT_ENTRIES] __page_aligned_data = {
#ifdef CONFIG_HVM
    [GDTE_CS64_DPL0] = INIT_GDTE_SYM(0, 0xfffff, COMMON, CODE, DPL0, R, L),
    [GDTE_CS32_DPL0] = INIT_GDTE_SYM(0, 0xfffff, COMMON, CODE, DPL0, R, D),
    [GDTE_DS32_DPL0] = INIT_GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL0, W, B),
    [GDTE_CS64_DPL3] = INIT_GDTE_SYM(0, 0xfffff, COMMON, CODE, DPL3, R, L),
    [GDTE_CS32_DPL3] = INIT_GDTE_SYM(0, 0xfffff, COMMON, CODE, DPL3, R, D),
    [GDTE_DS32_DPL3] = INIT_GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL3, W, B),
#endif
};

int update_desc(user_desc *ptr, user_desc desc)
{
#ifdef CONFIG_PV
    return hypercall_update_descriptor(virt_to_maddr(ptr), desc);
#else
    *(volatile uint64_t *)&ptr->raw = desc.raw;
    barrier();

    return 0;
#endif
}

void pack_sys_desc(user_desc *d, unsigned int type, unsigned long base,
                   unsigned int limit)
{
    d[0] = (user_desc) {
        .limit0 = limit & 0xffff,
        .base0 = base & 0xffff,
        .base1 = (base >> 16) & 0xff,
        .type = type,
        .p = 1,
        .limit1 = (limit >> 16) & 0xf,
        .base2 = (base >> 24) & 0xff,
    };
#ifdef CONFIG_64BIT
    d[1] = (user_desc) { .lo = base >> 32 };
#endif
}
