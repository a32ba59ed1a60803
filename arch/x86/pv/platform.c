/*
 * What a PV guest finds in its start info.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/setup.h>
#include <arch/smp.h>
#include <arch/symbolic-const.h>

start_info_t *pv_start_info;
unsigned long *m2p, *p2m;

static void map_shared_info(void)
{
    int rc = set_l1e(
        &shared_info,
        pte_from_paddr(pv_start_info->shared_info, PF_SYM(AD, U, RW, P)));

    if ( rc )
        panic("Cannot map the shared info page: %d\n", rc);
}

static void find_m2p(void)
{
    struct xen_machphys_mapping map;
    long rc = hypercall_memory_op(XENMEM_machphys_mapping, &map);

    if ( rc )
        panic("No machine to phys table: %ld\n", rc);

    m2p = _p(map.v_start);
}

/* Xen has filled the page of hypercalls. */
void arch_init_hypercalls(void)
{
}

const cons_output_cb arch_debug_console;

void arch_init_platform(struct xtf_platform *found)
{
    const start_info_t *si = pv_start_info;

    p2m = _p(si->mfn_list);
    find_m2p();
    map_shared_info();

    if ( !(si->flags & SIF_INITDOMAIN) && si->console.domU.mfn )
    {
        found->console = mfn_to_virt(si->console.domU.mfn);
        found->console_port = si->console.domU.evtchn;
    }

    if ( si->store_mfn )
    {
        found->store = mfn_to_virt(si->store_mfn);
        found->store_port = si->store_evtchn;
    }

    found->cmdline = (const char *)si->cmd_line;
}

/* Change the protection of the kernel's own pages from start to end. */
static void remap(const void *start, const void *end, uint64_t flags)
{
    unsigned long va;

    for ( va = _u(start); va < _u(end); va += PAGE_SIZE )
        if ( set_l1e(_p(va), flags ? pte_from_virt(_p(va), flags) : 0) )
            panic("Cannot remap %p with flags %#" PRIx64 "\n", _p(va), flags);
}

void arch_guard_page(const void *va)
{
    remap(va, va + PAGE_SIZE, PF_SYM(AD, P));
}

void arch_init_mm(void)
{
    remap(NULL, _p(PAGE_SIZE), 0);
    arch_guard_page(boot_stack_guard);

    /*
     * A 32-bit kernel runs in ring 1, and user mode in ring 3 needs the bit.
     * A 64-bit kernel shares ring 3 with it, and Xen sets the bit anyway.
     */
    remap(__start_user_text, __end_user_text, PF_SYM(AD, U, RW, P));
    remap(__start_user_data, __end_user_bss, PF_SYM(AD, U, RW, P));
}
