/*
 * From one kind of address to another.
 *
 *   virt   an address in this kernel
 *   pfn    a page of the guest's own numbering; virt is pfn << PAGE_SHIFT
 *   gfn    what hypercalls and page tables take: the MFN in a PV guest,
 *          whose tables hold machine frames; the PFN in an HVM guest
 *   maddr  a machine address (PV)
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_MM_H
#define TOUCHSTONE_ARCH_MM_H

#include <xtf/numbers.h>
#include <xtf/types.h>

#include <arch/page.h>

/* The image in memory: its first byte, and the one after its last. */
extern char _start[], _end[];

/* Address 0, of which the compiler does not know that nothing is there. */
extern char zeroptr[];

static inline void *pfn_to_virt(unsigned long pfn)
{
    return _p(pfn << PAGE_SHIFT);
}

static inline unsigned long virt_to_pfn(const void *va)
{
    return _u(va) >> PAGE_SHIFT;
}

#ifdef CONFIG_PV

/*
 * Xen's machine to phys table, at an address that is part of the ABI for
 * 64-bit guests and set by XENMEM_machphys_mapping for 32-bit ones.
 */
extern unsigned long *m2p;

/* The guest's phys to machine table: start_info's mfn_list. */
extern unsigned long *p2m;

static inline unsigned long pfn_to_mfn(unsigned long pfn)
{
    return p2m[pfn];
}

static inline unsigned long mfn_to_pfn(unsigned long mfn)
{
    return m2p[mfn];
}

static inline void *mfn_to_virt(unsigned long mfn)
{
    return pfn_to_virt(mfn_to_pfn(mfn));
}

static inline unsigned long virt_to_mfn(const void *va)
{
    return pfn_to_mfn(virt_to_pfn(va));
}

static inline paddr_t virt_to_maddr(const void *va)
{
    return ((paddr_t)virt_to_mfn(va) << PAGE_SHIFT) |
        (_u(va) & (PAGE_SIZE - 1));
}

static inline void *maddr_to_virt(paddr_t maddr)
{
    return _p(_u(mfn_to_virt(maddr >> PAGE_SHIFT)) |
              (unsigned long)(maddr & (PAGE_SIZE - 1)));
}

static inline unsigned long virt_to_gfn(const void *va)
{
    return virt_to_mfn(va);
}

static inline void *gfn_to_virt(unsigned long gfn)
{
    return mfn_to_virt(gfn);
}

#else /* CONFIG_HVM */

static inline unsigned long virt_to_gfn(const void *va)
{
    return virt_to_pfn(va);
}

static inline void *gfn_to_virt(unsigned long gfn)
{
    return pfn_to_virt(gfn);
}

#endif

/* What host_addr of a grant's mapping says: virtual for PV, physical for HVM. */
static inline uint64_t virt_to_host_addr(const void *va)
{
    return _u(va);
}

/* Where this guest's memory begins. */
#define FIRST_PFN               0

/*
 * Does an access fault where a page is gone?  An HVM guest reads all ones
 * there, and what it writes is lost.
 */
#ifdef CONFIG_PV
#define ABSENT_PAGES_FAULT      1
#else
#define ABSENT_PAGES_FAULT      0
#endif

/*
 * Where there is nothing: a hypercall that is given this pointer has -EFAULT.
 * Page 0 is not mapped; without paging it is memory like any other, and the
 * last page below 4G is none.
 */
#if CONFIG_PAGING_LEVELS > 0
#define UNMAPPED_POINTER        NULL
#else
#define UNMAPPED_POINTER        _p(0xfffff000)
#endif

#endif /* TOUCHSTONE_ARCH_MM_H */
