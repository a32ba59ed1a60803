/*
 * HYPERVISOR_memory_op: memory sizes, memory maps, and releasing and populating
 * pages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

static long reservation(void)
{
    struct xen_memory_domain dom = { .domid = DOMID_SELF };

    return hypercall_memory_op(XENMEM_current_reservation, &dom);
}

CASE("memory_op: sizes of DOMID_SELF -> current at most maximum, highest page above 1 MiB")
{
    struct xen_memory_domain dom = { .domid = DOMID_SELF };
    const unsigned long max =
        hypercall_memory_op(XENMEM_maximum_reservation, &dom);

    /* A domain without a limit has a maximum of ~0. */
    expect_range(reservation(), 16, 1l << 30);
    expect_msg(max >= (unsigned long)reservation(),
               "current_reservation is %lu, expected at most %lu",
               (unsigned long)reservation(), max);

    expect_msg(hypercall_memory_op(XENMEM_maximum_ram_page, NULL) > 256,
               "maximum_ram_page is 256 or below, expected above");

#ifdef CONFIG_HVM
    expect_msg(hypercall_memory_op(XENMEM_maximum_gpfn, &dom) > 256,
               "maximum_gpfn is 256 or below, expected above");
#else
    /* A PV guest sets max_pfn itself. */
    shared_info.arch.max_pfn = 0x12345;
    expect_hex(hypercall_memory_op(XENMEM_maximum_gpfn, &dom), 0x12344);
    shared_info.arch.max_pfn = 0;
#endif
}

CASE("memory_op: sizes of an unallocated domid, bad pointer -> -ESRCH, -EFAULT")
{
    static const unsigned int ops[] = {
        XENMEM_current_reservation, XENMEM_maximum_reservation,
        XENMEM_maximum_gpfn,
    };
    struct xen_memory_domain dom = { .domid = NO_DOMAIN };

    for ( unsigned int i = 0; i < ARRAY_SIZE(ops); ++i )
    {
        expect_errno(hypercall_memory_op(ops[i], &dom), -ESRCH);
        expect_errno(hypercall_memory_op(ops[i], BAD_PTR), -EFAULT);
    }
}

struct __packed e820_entry
{
    uint64_t addr, size;
    uint32_t type;
};

CASE("memory_map: 128 entries, 1 entry, bad pointers -> entries up to nr_entries only, -EFAULT")
{
    static struct e820_entry entries[129];
    struct xen_memory_map map = { .nr_entries = 128, .buffer = entries };
    long rc;

    memset(entries, 0x5a, sizeof(entries));
    rc = hypercall_memory_op(XENMEM_memory_map, &map);

    /* A PV domain need not have a memory map. */
    if ( IS_DEFINED(CONFIG_PV) && rc == -ENOSYS )
        skip_case("needs a domain with a memory map");

    expect_ok(rc);
    expect_range(map.nr_entries, 1, 128);
    expect_ne(entries[0].size, 0);
    expect_fill(&entries[map.nr_entries], 0x5a,
                (129 - map.nr_entries) * sizeof(*entries));

    /* Xen writes at most nr_entries. */
    map.nr_entries = 1;
    memset(entries, 0x5a, sizeof(entries));
    expect_ok(hypercall_memory_op(XENMEM_memory_map, &map));
    expect_eq(map.nr_entries, 1);
    expect_fill(&entries[1], 0x5a, sizeof(entries) - sizeof(*entries));

    map.buffer = BAD_PTR;
    expect_errno(hypercall_memory_op(XENMEM_memory_map, &map), -EFAULT);
    expect_errno(hypercall_memory_op(XENMEM_memory_map, BAD_PTR), -EFAULT);
}

CASE("machine_memory_map: bad pointer in dom0, unprivileged -> -EFAULT, -EPERM")
{
    struct xen_memory_map map = { .nr_entries = 0 };
    const long refused = is_dom0() ? -EFAULT : -EPERM;

    if ( !is_dom0() )
        need_privilege_checks();

    /* Xen before 4.20 returns -ENOSYS to a PVH dom0. */
    expect_either(hypercall_memory_op(XENMEM_machine_memory_map,
                                      is_dom0() ? BAD_PTR : &map),
                  refused, IS_DEFINED(CONFIG_HVM) ? -ENOSYS : refused);
}

CASE("machphys_mapping: PV, HVM -> v_start is the M2P, -ENOSYS")
{
    struct xen_machphys_mapping map = {};
    const long rc = hypercall_memory_op(XENMEM_machphys_mapping, &map);

#ifdef CONFIG_HVM
    expect_errno(rc, -ENOSYS);
#else
    expect_ok(rc);
    expect_hex(map.v_start, _u(m2p));
    expect_msg(map.v_end > map.v_start, "machphys_mapping: v_end %#lx, "
               "expected above v_start %#lx", (long)map.v_end,
               (long)map.v_start);
    expect_errno(hypercall_memory_op(XENMEM_machphys_mapping, BAD_PTR),
                 -EFAULT);
#endif
}

static uint8_t page[PAGE_SIZE] __page_aligned_bss;

/* A memory_op for one page of this domain. */
static long one_page(unsigned int op, xen_pfn_t *frame)
{
    struct xen_memory_reservation res = {
        .extent_start = frame, .nr_extents = 1, .domid = DOMID_SELF,
    };

    return hypercall_memory_op(op, &res);
}

static void set_mapping(unsigned long frame)
{
#ifdef CONFIG_PV
    if ( frame )
        p2m[virt_to_pfn(page)] = frame;
    expect_ok(set_l1e(
        page, frame ? pte_from_gfn(frame, PF_SYM(AD, U, RW, P)) : 0));
#endif
}

CASE("decrease_reservation, populate_physmap: one page -> released, populated and usable")
{
    const long before = reservation();
    xen_pfn_t frame = virt_to_gfn(page);

    set_mapping(0);
    require_eq(one_page(XENMEM_decrease_reservation, &frame), 1);
    expect_eq(reservation(), before - 1);

    /* The frame is released: a second call has no frame to release. */
    expect_eq(one_page(XENMEM_decrease_reservation, &frame), 0);
    expect_eq(reservation(), before - 1);

    /* A PV guest passes the PFN and receives the new MFN. */
    frame = virt_to_pfn(page);
    require_eq(one_page(XENMEM_populate_physmap, &frame), 1);
    expect_eq(reservation(), before);
    set_mapping(frame);
    expect_hex(_u(gfn_to_virt(frame)), _u(page));

    memset(page, 0x5a, sizeof(page));
    expect_fill(page, 0x5a, sizeof(page));
}

CASE("increase_reservation, decrease_reservation, populate_physmap: invalid arguments -> 0 extents")
{
    static const unsigned int ops[] = {
        XENMEM_increase_reservation, XENMEM_decrease_reservation,
        XENMEM_populate_physmap,
    };
    const long before = reservation();

    /* A refused call returns the number of extents done, which is 0. */
    for ( unsigned int i = 0; i < ARRAY_SIZE(ops); ++i )
    {
        xen_pfn_t frame = virt_to_gfn(page);
        struct xen_memory_reservation res = {
            .extent_start = &frame, .nr_extents = 1, .domid = NO_DOMAIN,
        };

        expect_eq(hypercall_memory_op(ops[i], &res), 0);
        res.domid = DOMID_SELF;
        res.nr_extents = 0;
        expect_eq(hypercall_memory_op(ops[i], &res), 0);
        res.nr_extents = 1;
        res.extent_order = 40;
        expect_eq(hypercall_memory_op(ops[i], &res), 0);
        expect_eq(hypercall_memory_op(ops[i], BAD_PTR), 0);
    }

    expect_eq(reservation(), before);
}

#ifdef CONFIG_PV
CASE("increase_reservation, decrease_reservation: PV, one page -> reservation one more, as before")
{
    const long before = reservation();
    xen_pfn_t mfn = 0;

    if ( !one_page(XENMEM_increase_reservation, &mfn) )
        skip_case("needs a domain below its maximum reservation");
    expect_ne(mfn, 0);
    expect_eq(reservation(), before + 1);
    expect_eq(one_page(XENMEM_decrease_reservation, &mfn), 1);
    expect_eq(reservation(), before);
}
#endif

CASE("exchange: bad pointer, nr_exchanged above nr_extents, two domids -> -EFAULT, -EINVAL, -EINVAL")
{
    xen_pfn_t frame = virt_to_gfn(page);
    struct xen_memory_exchange exch = {
        .in = {
            .extent_start = &frame, .nr_extents = 1, .domid = DOMID_SELF,
        },
        .out = {
            .extent_start = &frame, .nr_extents = 1, .domid = DOMID_SELF,
        },
        .nr_exchanged = 2,
    };

    expect_errno(hypercall_memory_op(XENMEM_exchange, BAD_PTR), -EFAULT);
    expect_errno(hypercall_memory_op(XENMEM_exchange, &exch), -EINVAL);
    exch.nr_exchanged = 0;
    exch.out.domid = NO_DOMAIN;
    expect_errno(hypercall_memory_op(XENMEM_exchange, &exch), -EINVAL);
}

CASE("add_to_physmap, remove_from_physmap: grant table page -> mapped, removed, -EACCES for PV")
{
    struct xen_add_to_physmap add = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table,
        .gpfn = virt_to_pfn(page),
    };
    struct xen_remove_from_physmap remove = {
        .domid = DOMID_SELF, .gpfn = virt_to_pfn(page),
    };

#ifdef CONFIG_PV
    expect_errno(hypercall_memory_op(XENMEM_add_to_physmap, &add), -EACCES);
    expect_errno(hypercall_memory_op(XENMEM_remove_from_physmap, &remove),
                 -EACCES);
#else
    const long before = reservation();
    xen_pfn_t gfn = virt_to_pfn(page);
    static const uint8_t zeroes[PAGE_SIZE];

    need_gnttab();

    /* The first page, empty except for the toolstack's first entries. */
    memset(page, 0x5a, sizeof(page));
    require_ok(hypercall_memory_op(XENMEM_add_to_physmap, &add));

    expect_mem(page + 16 * sizeof(grant_entry_v1_t), zeroes, 64);
    expect_eq(reservation(), before - 1);

    expect_ok(hypercall_memory_op(XENMEM_remove_from_physmap, &remove));
    expect_errno(hypercall_memory_op(XENMEM_remove_from_physmap, &remove),
                 -ENOENT);
    require_eq(one_page(XENMEM_populate_physmap, &gfn), 1);
    expect_eq(reservation(), before);
    memset(page, 0x5a, sizeof(page));
    expect_fill(page, 0x5a, sizeof(page));
#endif
}

CASE("add_to_physmap, remove_from_physmap: invalid space, unallocated domid, bad pointer -> errno")
{
    struct xen_add_to_physmap add = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign,
        .gpfn = virt_to_pfn(page),
    };
    struct xen_add_to_physmap_batch batch = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_range,
    };
    struct xen_remove_from_physmap remove = { .domid = NO_DOMAIN };

    /* gmfn_foreign is for batches only, gmfn_range is not for batches. */
    expect_errno(hypercall_memory_op(XENMEM_add_to_physmap, &add), -ENOSYS);
    expect_errno(hypercall_memory_op(XENMEM_add_to_physmap_batch, &batch),
                 -EOPNOTSUPP);

    add.space = XENMAPSPACE_grant_table;
    add.domid = NO_DOMAIN;
    expect_errno(hypercall_memory_op(XENMEM_add_to_physmap, &add), -ESRCH);
    expect_errno(hypercall_memory_op(XENMEM_remove_from_physmap, &remove),
                 -ESRCH);

    expect_errno(hypercall_memory_op(XENMEM_add_to_physmap, BAD_PTR), -EFAULT);
    expect_errno(hypercall_memory_op(XENMEM_add_to_physmap_batch, BAD_PTR),
                 -EFAULT);
    expect_errno(hypercall_memory_op(XENMEM_remove_from_physmap, BAD_PTR),
                 -EFAULT);

#ifdef CONFIG_HVM
    add.domid = DOMID_SELF;
    add.space = 99;
    page[0] = 0x77;
    expect_either(hypercall_memory_op(XENMEM_add_to_physmap, &add),
                  -EINVAL, -ENOSYS);
    expect_hex(ACCESS_ONCE(page[0]), 0x77);
#endif
}

CASE("memory_op: unknown command -> -ENOSYS")
{
    expect_errno(hypercall_memory_op(NO_OP, BAD_PTR), -ENOSYS);
}
