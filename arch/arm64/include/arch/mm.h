/*
 * From one kind of address to another.
 *
 *   virt   an address in this kernel
 *   pfn    a page of the guest's physical address space
 *   gfn    what hypercalls take: the PFN
 *   paddr  a guest physical address (Arm: intermediate physical address)
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

/* Where the loader put _start. */
extern paddr_t image_paddr;

/* The image occupies whole pages. */
#define ROUNDUP_PAGE(x)         (((x) + PAGE_SIZE - 1) & PAGE_MASK)

static inline bool in_image(unsigned long va)
{
    return va >= _u(_start) && va < ROUNDUP_PAGE(_u(_end));
}

static inline paddr_t virt_to_paddr(const void *va)
{
    return in_image(_u(va)) ? image_paddr + (_u(va) - _u(_start))
                            : _u(va) - LINEAR_VIRT;
}

/* An address outside of the image is mapped only if linear_map() made it so. */
static inline void *paddr_to_virt(paddr_t paddr)
{
    const paddr_t off = paddr - image_paddr;

    return off < ROUNDUP_PAGE(_u(_end)) - _u(_start) ? _start + off
                                                     : _p(LINEAR_VIRT + paddr);
}

static inline void *pfn_to_virt(unsigned long pfn)
{
    return paddr_to_virt((paddr_t)pfn << PAGE_SHIFT);
}

static inline unsigned long virt_to_pfn(const void *va)
{
    return virt_to_paddr(va) >> PAGE_SHIFT;
}

static inline unsigned long virt_to_gfn(const void *va)
{
    return virt_to_pfn(va);
}

static inline void *gfn_to_virt(unsigned long gfn)
{
    return pfn_to_virt(gfn);
}

/* What host_addr of a grant's mapping says. */
static inline uint64_t virt_to_host_addr(const void *va)
{
    return virt_to_paddr(va);
}

/* From where on this guest's memory certainly is. */
#define FIRST_PFN               virt_to_pfn(_start)

/* Does an access fault where a page is gone?  Xen injects an abort. */
#define ABSENT_PAGES_FAULT      1

/* Where there is nothing: a hypercall that is given this pointer has -EFAULT. */
#define UNMAPPED_POINTER        NULL

#endif /* TOUCHSTONE_ARCH_MM_H */
