/*
 * Other domains' memory in this kernel's address space.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/mm/foreign.h>
#include <xtf/hypercall.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

/* A PV guest is told the frame; an HVM guest says where it shall appear. */
static int acquire_grant_table(domid_t domid, uint32_t id, unsigned int frame,
                               xen_pfn_t *where)
{
    struct xen_mem_acquire_resource op = {
        .domid = domid,
        .type = XENMEM_resource_grant_table,
        .id = id,
        .nr_frames = 1,
        .frame = frame,
        .frame_list = where,
    };

    return hypercall_memory_op(XENMEM_acquire_resource, &op);
}

#ifdef CONFIG_PV

static int set_entry(void *va, domid_t domid, unsigned long frame,
                     unsigned int kind)
{
    mmu_update_t op = {
        .ptr = pv_l1e_maddr(va) | kind,
        .val = pte_from_gfn(frame, PF_SYM(AD, RW, P)),
    };

    return hypercall_mmu_update(&op, 1, NULL, domid);
}

int foreign_map(void *va, domid_t domid, unsigned long gfn)
{
    return set_entry(va, domid, gfn, MMU_NORMAL_PT_UPDATE);
}

int foreign_map_grant_table(void *va, domid_t domid, uint32_t id,
                            unsigned int frame)
{
    xen_pfn_t mfn;

    return acquire_grant_table(domid, id, frame, &mfn) ?:
        set_entry(va, domid, mfn, MMU_PT_UPDATE_NO_TRANSLATE);
}

int foreign_unmap(void *va)
{
    return set_l1e(va, 0);
}

#else

int foreign_map(void *va, domid_t domid, unsigned long gfn)
{
    xen_pfn_t at = virt_to_gfn(va);
    xen_ulong_t idx = gfn;
    int err = 0;
    struct xen_add_to_physmap_batch op = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_gmfn_foreign,
        .size = 1,
        .u.foreign_domid = domid,
        .idxs = &idx,
        .gpfns = &at,
        .errs = &err,
    };

    return hypercall_memory_op(XENMEM_add_to_physmap_batch, &op) ?: err;
}

int foreign_map_grant_table(void *va, domid_t domid, uint32_t id,
                            unsigned int frame)
{
    xen_pfn_t gfn = virt_to_gfn(va);

    return acquire_grant_table(domid, id, frame, &gfn);
}

int foreign_unmap(void *va)
{
    struct xen_remove_from_physmap op = {
        .domid = DOMID_SELF,
        .gpfn = virt_to_gfn(va),
    };

    return hypercall_memory_op(XENMEM_remove_from_physmap, &op);
}

#endif
