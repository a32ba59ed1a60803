/*
 * Making and reading page table entries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_PAGETABLE_H
#define TOUCHSTONE_ARCH_PAGETABLE_H

#include <arch/mm.h>
#include <arch/page.h>

/** The entry that maps physical address @p paddr. */
static inline intpte_t pte_from_paddr(paddr_t paddr, uint64_t flags)
{
    return (paddr & PTE_ADDRESS) | flags;
}

/** The entry that maps frame @p gfn. */
static inline intpte_t pte_from_gfn(unsigned long gfn, uint64_t flags)
{
    return pte_from_paddr((paddr_t)gfn << PAGE_SHIFT, flags);
}

/** The entry that maps the frame which holds this kernel's @p va. */
static inline intpte_t pte_from_virt(const void *va, uint64_t flags)
{
    return pte_from_gfn(virt_to_gfn(va), flags);
}

/** The physical address that @p pte maps. */
static inline paddr_t pte_to_paddr(intpte_t pte)
{
    return pte & PTE_ADDRESS;
}

/**
 * Have @p va, a page of this kernel's image, mapped by @p l1e from now on, for
 * all vCPUs.  @return 0.
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

/**
 * Map @p len bytes at @p paddr where paddr_to_virt() has them, in blocks of
 * 2 MiB, as PTE_BLOCK_NORMAL or PTE_BLOCK_DEVICE.  What is mapped stays.
 * @return the address, or NULL if there is no table left.
 */
void *linear_map(paddr_t paddr, size_t len, intpte_t flags);

#endif /* TOUCHSTONE_ARCH_PAGETABLE_H */
