/*
 * Xen's CPUID leaves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef LEAVES_H
#define LEAVES_H

#include <xtf.h>

#include <arch/cpuid.h>

#include <xen/arch-x86/cpuid.h>

struct leaf
{
    uint32_t a, b, c, d;
};

/** What CPUID answers for a leaf: to a PV guest, by Xen's prefix. */
static inline struct leaf get_leaf(uint32_t leaf, uint32_t subleaf)
{
    struct leaf l;

#ifdef CONFIG_PV
    pv_cpuid_count(leaf, subleaf, &l.a, &l.b, &l.c, &l.d);
#else
    cpuid_count(leaf, subleaf, &l.a, &l.b, &l.c, &l.d);
#endif

    return l;
}

/** The leaf with Xen's signature: the first, unless Viridian's are there. */
static inline uint32_t first_leaf(void)
{
    uint32_t base;

    for ( base = XEN_CPUID_FIRST_LEAF; base < XEN_CPUID_FIRST_LEAF + 0x10000;
          base += 0x100 )
    {
        struct leaf l = get_leaf(base, 0);

        if ( l.b == XEN_CPUID_SIGNATURE_EBX &&
             l.c == XEN_CPUID_SIGNATURE_ECX &&
             l.d == XEN_CPUID_SIGNATURE_EDX )
            return base;
    }

    return 0;
}

#endif /* LEAVES_H */
