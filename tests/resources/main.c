/**
 * @file tests/resources/main.c
 * @ref test-resources
 *
 * @page test-resources acquire_resource: many frames in one call
 *
 * A toolstack or device model maps pages that Xen keeps for a domain, such as
 * its grant table.  More than 32 frames at once were cut off in silence until
 * Xen 4.15 (commit 34cc2e5f8dba), and lists of frames are a place where a
 * caller's memory behind them can be overwritten.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/mm/foreign.h>
#include <xtf/peers/peer.h>

#include <arch/mm.h>

const char test_title[] = "acquire_resource: many frames in one call";

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
    if ( rc == -EINVAL && (xtf_xen_cmdline("gnttab_max_frames=") ||
                           xtf_xen_cmdline("gnttab=max-ver:1")) )
    {
        xtf_case_skip("needs gnttab_max_frames=%u or more, and version 2 of "
                      "the grant table", NR);
        return NULL;
    }
    /* Where there can be no peer at all, this says why. */
    if ( rc && !peer_for_case() )
        return NULL;
    if ( !xtf_expect(XTF_WHERE("peer_create_limited()"), name_errno, rc, "",
                     0) )
        return NULL;

#ifdef CONFIG_HVM
    for ( unsigned int i = 0; i < NR; ++i )
        page_vacate(window[i]);
#endif

    return kept = peer;
}

static bool begin_with_peer(unsigned int unused)
{
    return (case_peer = big_peer());
}

#define BIG_CASE(name)                                                  \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(name, begin_with_peer, 0))

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

BIG_CASE("acquire_resource: nr_frames is 0, no list -> nr_frames is the size")
{
    expect_eq(size_of(SHARED), NR);
    expect_eq(size_of(STATUS), NR_STATUS);
}

BIG_CASE("acquire_resource: 40 grant frames in one call -> as one call for each frame")
{
    all_at_once(SHARED, NR);
}

BIG_CASE("acquire_resource: 31, 32, 33 grant frames in one call -> as one call for each frame")
{
    all_at_once(SHARED, 31);
    all_at_once(SHARED, 32);
    all_at_once(SHARED, 33);
}

BIG_CASE("acquire_resource: one frame beyond the grant table -> -EINVAL, list unchanged")
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
BIG_CASE("acquire_resource: 40 grant frames from frame 1 of 40 -> -EINVAL")
{
    xen_pfn_t list[NR + 1];

    make_list(list);
    expect_errno(acquire(SHARED, 1, NR, list), -EINVAL);
    expect_hex(list[NR], GUARD);
}
#endif

BIG_CASE("acquire_resource: no list with nr_frames 1, list with nr_frames 0 -> -EINVAL")
{
    xen_pfn_t list[NR + 1], before[NR + 1];

    make_list(list);
    make_list(before);
    expect_errno(acquire(SHARED, 0, 1, NULL), -EINVAL);
    expect_errno(acquire(SHARED, 0, 0, list), -EINVAL);
    expect_mem(list, before, sizeof(list));
}

BIG_CASE("acquire_resource: pad is not 0, frame or end beyond 32 bits -> -EINVAL, list unchanged")
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

/* Up to Xen 4.17 the size of an unknown type is an errno.  Type 2 is vmtrace's. */
BIG_CASE("acquire_resource: unknown type -> -EINVAL or -EOPNOTSUPP, list unchanged")
{
    static const uint16_t types[] = { 3, 4, 0xffff };
    const bool sized = xen_has(XEN_UNKNOWN_RESOURCE_IS_EINVAL);
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

BIG_CASE("acquire_resource: list at an unmapped address -> -EFAULT")
{
#ifdef CONFIG_PV
    /* Page 0 is not mapped. */
    expect_errno(acquire(SHARED, 0, 1, _p(PAGE_SIZE - 8)), -EFAULT);
#else
    expect_errno(acquire(SHARED, 0, 1, _p(0xfffff000)), -EFAULT);
#endif
}

BIG_CASE("acquire_resource: status frames in grant table v1 -> -EINVAL")
{
    xen_pfn_t list[NR + 1];

    make_list(list);
    expect_errno(acquire(STATUS, 0, 1, list), -EINVAL);
    expect_errno(acquire(STATUS, 0, NR_STATUS, list), -EINVAL);
}

/* The version stays. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

BIG_CASE("acquire_resource: all status frames in one call -> as one call for each frame")
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
