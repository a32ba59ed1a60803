/*
 * Driver for the local APIC.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <arch/apic.h>
#include <arch/cpuid.h>
#include <arch/msr.h>

#include <xen/errno.h>

enum apic_mode cur_apic_mode;

int apic_init(enum apic_mode mode)
{
    uint64_t base, wanted;

    if ( !cpu_has_apic || (mode == APIC_MODE_X2APIC && !cpu_has_x2apic) ||
         rdmsr_safe(MSR_APICBASE, &base) )
        return -ENODEV;

    wanted = base & ~(APICBASE_GLOBAL_ENABLE | APICBASE_EXTD);

    /* The only way out of x2APIC mode is through disabled. */
    if ( (base & APICBASE_EXTD) && mode != APIC_MODE_X2APIC )
        wrmsr(MSR_APICBASE, wanted);

    if ( mode != APIC_MODE_DISABLED )
    {
        wanted |= APICBASE_GLOBAL_ENABLE;

        /* And the only way into it is through xAPIC mode. */
        if ( !(base & APICBASE_EXTD) )
            wrmsr(MSR_APICBASE, wanted);
        if ( mode == APIC_MODE_X2APIC )
            wanted |= APICBASE_EXTD;
    }

    if ( wrmsr_safe(MSR_APICBASE, wanted) )
        return -ENODEV;

    cur_apic_mode = mode;

    if ( mode != APIC_MODE_DISABLED )
        apic_write(APIC_SPIV, APIC_SPIV_APIC_ENABLED | 0xff);

    return 0;
}
