/**
 * @file tests/resources/main.c
 * @ref test-resources
 *
 * @page test-resources XENMEM_acquire_resource: many frames in one call
 *
 * A toolstack or device model maps pages that Xen keeps for a domain, such as
 * its grant table.  More than 32 frames at once were cut off in silence until
 * Xen 4.15 (commit 34cc2e5f8dba), and lists of frames are a place where a
 * caller's memory behind them can be overwritten.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/foreign.h>
#include <xtf/peer.h>

#include <arch/mm.h>

const char test_title[] = "XENMEM_acquire_resource: many frames in one call";

/* The size of the peer's grant table, beyond what Xen does in one portion. */
#define NR 40
/* Version 2: two bytes of status for each entry of 16 bytes. */
#define NR_STATUS (NR * 2 / 16)

#define SHARED XENMEM_resource_grant_table_id_shared
#define STATUS XENMEM_resource_grant_table_id_status

/* An HVM caller has frames appear here, where no memory is. */
static uint8_t window[NR][PAGE_SIZE] __page_aligned_bss;

static struct peer *kept;

static long acquire_type(unsigned int type, uint32_t id, uint64_t frame,
                         uint32_t nr, xen_pfn_t *list)
{
    struct xen_mem_acquire_resource op = {
        .domid = kept->domid, .type = type, .id = id, .frame = frame,
        .nr_frames = nr, .frame_list = list,
    };

    return hypercall_memory_op(XENMEM_acquire_resource, &op);
}

static long acquire(uint32_t id, uint64_t frame, uint32_t nr, xen_pfn_t *list)
{
    return acquire_type(XENMEM_resource_grant_table, id, frame, nr, list);
}

/* For PV, a list to be filled in; for HVM, where frames shall appear. */
#define GUARD ((xen_pfn_t)0x5a5a5a5a)

static void make_list(xen_pfn_t list[NR + 1])
{
    unsigned int i;

    for ( i = 0; i < NR; ++i )
        list[i] = IS_DEFINED(CONFIG_PV) ? GUARD : virt_to_gfn(window[i]);
    list[NR] = GUARD;
}

static void empty_window(void)
{
#ifdef CONFIG_HVM
    unsigned int i;

    for ( i = 0; i < NR; ++i )
        foreign_unmap(window[i]);
#endif
}

static struct peer *big_peer(void)
{
    const struct peer_limits limits = {
        .grant_frames = NR, .maptrack_frames = -1, .version = 2,
    };
    struct peer *peer;
    int rc;

    if ( kept )
        return kept;

    rc = peer_create_limited(&peer, &limits);
    if ( rc == -EPERM || rc == -EOPNOTSUPP )
    {
        /* It says why. */
        peer_for_case();
        return NULL;
    }
    if ( !xtf_expect(XTF_WHERE("peer_create_limited()"), name_errno, rc, "",
                     0) )
        return NULL;

#ifdef CONFIG_HVM
    for ( unsigned int i = 0; i < NR; ++i )
        gnttab_vacate_page(window[i]);
#endif

    return kept = peer;
}

#define BIG_CASE(name) PEER_CASE_BY(CASE, name, big_peer())

static uint32_t size_of(uint32_t id)
{
    struct xen_mem_acquire_resource op = {
        .domid = kept->domid, .type = XENMEM_resource_grant_table, .id = id,
    };

    return hypercall_memory_op(XENMEM_acquire_resource, &op) ? 0
                                                             : op.nr_frames;
}

/*
 * All @p nr frames in one call are what a call each gives.  For PV, the MFNs
 * are the same.  For HVM, what is written into each frame is found in it.
 */
static void all_at_once(uint32_t id, unsigned int nr)
{
    xen_pfn_t list[NR + 1], single[NR + 1];
    unsigned int i;

    make_list(list);
    make_list(single);
    require_ok(acquire(id, 0, nr, list));

#ifdef CONFIG_PV
    for ( i = 0; i < nr; ++i )
    {
        unsigned int j;

        require_ok(acquire(id, i, 1, single));
        require_msg(list[i] == single[0], "frame %u of %u in one call is MFN "
                    "%#lx, alone it is %#lx", i, nr, (unsigned long)list[i],
                    (unsigned long)single[0]);
        for ( j = 0; j < i; ++j )
            require_msg(list[i] != list[j],
                        "frames %u and %u have the same MFN", i, j);
    }
    for ( i = nr; i <= NR; ++i )
        expect_hex(list[i], GUARD);
#else
    /* The list is an input. */
    expect_mem(list, single, sizeof(list));

    for ( i = 0; i < nr; ++i )
        *(volatile uint32_t *)(window[i] + PAGE_SIZE - 8) = 0x1000 + i;
    empty_window();

    for ( i = 0; i < nr; ++i )
    {
        require_ok(acquire(id, i, 1, single));
        expect_msg(*(volatile uint32_t *)(window[0] + PAGE_SIZE - 8) ==
                   0x1000 + i, "frame %u holds %#x, written through the list "
                   "was %#x", i,
                   *(volatile uint32_t *)(window[0] + PAGE_SIZE - 8),
                   0x1000 + i);
        *(volatile uint32_t *)(window[0] + PAGE_SIZE - 8) = 0;
        foreign_unmap(window[0]);
    }
#endif
}

BIG_CASE("acquire_resource, grant table: nr_frames 0 without a list -> the size, 40 frames; status 5")
{
    expect_eq(size_of(SHARED), NR);
    expect_eq(size_of(STATUS), NR_STATUS);
}

BIG_CASE("acquire_resource, grant table: 40 frames in one call -> as a call each, no element beyond is written")
{
    all_at_once(SHARED, NR);
}

BIG_CASE("acquire_resource, grant table: 31, 32, 33 frames in one call -> as a call each")
{
    all_at_once(SHARED, 31);
    all_at_once(SHARED, 32);
    all_at_once(SHARED, 33);
}

BIG_CASE("acquire_resource, grant table: last frames -> as a call each; one beyond -> -EINVAL, none written")
{
    xen_pfn_t list[NR + 1], before[NR + 1];

    make_list(list);
    make_list(before);
    expect_errno(acquire(SHARED, NR - 8, 9, list), -EINVAL);
    expect_mem(list, before, sizeof(list));
    expect_errno(acquire(SHARED, NR, 1, list), -EINVAL);
#ifdef CONFIG_64BIT
    /* For a 32-bit caller, Xen starts with as many as it can translate. */
    expect_errno(acquire(SHARED, 0, ~0u, list), -EINVAL);
#endif
    expect_mem(list, before, sizeof(list));

    require_ok(acquire(SHARED, NR - 8, 8, list));
    expect_hex(list[8], before[8]);
#ifdef CONFIG_PV
    {
        xen_pfn_t single;

        require_ok(acquire(SHARED, NR - 1, 1, &single));
        expect_hex(list[7], single);
    }
#endif
    empty_window();
}

#ifdef CONFIG_PV
BIG_CASE("acquire_resource, grant table: 40 frames from frame 1 -> -EINVAL, no element beyond is written")
{
    xen_pfn_t list[NR + 1];

    make_list(list);
    expect_errno(acquire(SHARED, 1, NR, list), -EINVAL);
    expect_hex(list[NR], GUARD);
}
#endif

BIG_CASE("acquire_resource: no list, nr_frames 1 -> -EINVAL; list, nr_frames 0 -> -EINVAL")
{
    xen_pfn_t list[NR + 1], before[NR + 1];

    make_list(list);
    make_list(before);
    expect_errno(acquire(SHARED, 0, 1, NULL), -EINVAL);
    expect_errno(acquire(SHARED, 0, 0, list), -EINVAL);
    expect_mem(list, before, sizeof(list));
}

BIG_CASE("acquire_resource: pad not 0, frame or its end beyond 32 bits -> -EINVAL, none written")
{
    xen_pfn_t list[NR + 1], before[NR + 1];
    struct xen_mem_acquire_resource op = {
        .domid = peer->domid, .type = XENMEM_resource_grant_table,
        .id = SHARED, .nr_frames = 1, .pad = 1, .frame_list = list,
    };

    make_list(list);
    make_list(before);
    expect_errno(hypercall_memory_op(XENMEM_acquire_resource, &op), -EINVAL);
    op.pad = 1u << 31;
    expect_errno(hypercall_memory_op(XENMEM_acquire_resource, &op), -EINVAL);
    expect_errno(acquire(SHARED, 1ull << 32, 1, list), -EINVAL);
    expect_errno(acquire(SHARED, 1ull << 63, 1, list), -EINVAL);
    expect_errno(acquire(SHARED, 0xfffffff0, 0x10, list), -EINVAL);
    expect_mem(list, before, sizeof(list));
}

/*
 * Xen up to 4.17 tells an unknown type by -EOPNOTSUPP, and a size that is that
 * error; since commit 9b8708290002 (4.18) it has the size 0, as a resource that
 * is not there.  Type 2 is vmtrace's.
 */
BIG_CASE("acquire_resource: types 3 and 0xffff -> -EINVAL; up to 4.17 -> -EOPNOTSUPP; none written")
{
    static const uint16_t types[] = { 3, 4, 0xffff };
    const bool sized = xen_has(XEN_UNKNOWN_RESOURCE_SIZE_0);
    xen_pfn_t list[NR + 1], before[NR + 1];
    unsigned int i;

    make_list(list);
    make_list(before);
    for ( i = 0; i < ARRAY_SIZE(types); ++i )
    {
        long rc = acquire_type(types[i], 0, 0, 1, list);

        expect_msg(rc == -EINVAL ||
                   (rc == -EOPNOTSUPP && !sized),
                   "type %u is %ld, expected %s", types[i], rc,
                   sized ? "-EINVAL" : "-EOPNOTSUPP or -EINVAL");
        if ( sized )
            expect_errno(acquire_type(types[i], 0, 0, 0, NULL), -EINVAL);
    }
    expect_mem(list, before, sizeof(list));
}

BIG_CASE("acquire_resource: list ends in memory that is not there -> -EFAULT")
{
#ifdef CONFIG_PV
    /* Page 0 is not mapped. */
    expect_errno(acquire(SHARED, 0, 1, _p(PAGE_SIZE - 8)), -EFAULT);
#else
    expect_errno(acquire(SHARED, 0, 1, _p(0xfffff000)), -EFAULT);
#endif
}

BIG_CASE("acquire_resource, status: version 1 -> -EINVAL")
{
    xen_pfn_t list[NR + 1];

    make_list(list);
    expect_errno(acquire(STATUS, 0, 1, list), -EINVAL);
    expect_errno(acquire(STATUS, 0, NR_STATUS, list), -EINVAL);
}

BIG_CASE("acquire_resource, status: version 2, all frames in one call -> as a call each; one beyond -> -EINVAL")
{
    xen_pfn_t list[NR + 1];

    if ( peer_set_version(peer, 2) )
        skip_case("grant table v2 is not available");

    all_at_once(STATUS, NR_STATUS);
    make_list(list);
    expect_errno(acquire(STATUS, 0, NR_STATUS + 1, list), -EINVAL);
    expect_errno(acquire(STATUS, NR_STATUS, 1, list), -EINVAL);
    empty_window();
}
