/*
 * Making and reading page table entries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_PAGETABLE_H
#define TOUCHSTONE_ARCH_PAGETABLE_H

#include <arch/mm.h>
#include <arch/page.h>
#include <arch/symbolic-const.h>

/** The entry that maps machine (PV) or physical (HVM) address @p paddr. */
static inline intpte_t pte_from_paddr(paddr_t paddr, uint64_t flags)
{
    return (paddr & ~(paddr_t)(PAGE_SIZE - 1)) | flags;
}

/** The entry that maps frame @p gfn: an MFN for PV, a GFN for HVM. */
static inline intpte_t pte_from_gfn(unsigned long gfn, uint64_t flags)
{
    return pte_from_paddr((paddr_t)gfn << PAGE_SHIFT, flags);
}

/** The entry that maps the frame which holds this kernel's @p va. */
static inline intpte_t pte_from_virt(const void *va, uint64_t flags)
{
    return pte_from_gfn(virt_to_gfn(va), flags);
}

/** The machine (PV) or physical (HVM) address that @p pte maps. */
static inline paddr_t pte_to_paddr(intpte_t pte)
{
    return pte & 0x000ffffffffff000ULL;
}

/* Flags of a page of the kernel's data, and of one that it may only read. */
#define PTE_KERNEL              PF_SYM(AD, RW, P)
#define PTE_KERNEL_READONLY     PF_SYM(AD, P)

#if CONFIG_PAGING_LEVELS > 0
/**
 * Have @p va, a page of this kernel's image, mapped by @p l1e from now on: for
 * all vCPUs of a PV guest, for this one and those that start later in HVM.
 * @return 0, or for PV the -errno with which Xen refuses the entry.
 */
int set_l1e(const void *va, intpte_t l1e);

/** set_l1e() of the page's own frame, with these flags. */
static inline int remap_l1e(const void *va, uint64_t flags)
{
    return set_l1e(va, pte_from_virt(va, flags));
}

/** The page as it was from the start: fit for xtf_case_cleanup(). */
static inline void restore_l1e(void *va)
{
    remap_l1e(va, PTE_KERNEL);
}
#endif

#ifdef CONFIG_PV
/**
 * This kernel's own entry for @p va in its table of that level, from 1 to
 * CONFIG_PAGING_LEVELS.  Tables above must be there.
 */
const intpte_t *pv_pte(const void *va, unsigned int level);

/** This kernel's own entry that maps @p va, a page, and its machine address. */
const intpte_t *pv_l1e(const void *va);
uint64_t pv_l1e_maddr(const void *va);
#endif

#endif /* TOUCHSTONE_ARCH_PAGETABLE_H */
