/**
 * @file tests/physmap/main.c
 * @ref test-physmap
 *
 * @page test-physmap Physmap: pages that an HVM guest moves
 *
 * XENMEM_add_to_physmap with XENMAPSPACE_gmfn and gmfn_range moves pages of the
 * guest to other frame numbers. Ranges may overlap in either direction, Xen may
 * be preempted after each page, and the numbers may be such that the range
 * wraps or reaches the frame number that Xen keeps for "no frame". The content
 * has to move along, and nothing else may move.
 *
 * Pages that are away from their place are read by GNTTABOP_copy.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/core/releases.h>

#include <arch/irqflags.h>
#include <arch/mm.h>

const char test_title[] = "Physmap: pages that an HVM guest moves";

#define PAGES 40

static uint8_t pages[PAGES][PAGE_SIZE] __page_aligned_bss;
static uint8_t bounce[PAGE_SIZE] __page_aligned_bss;

/* Frames that nothing is at: above the highest one in use. */
static unsigned long nowhere(void)
{
    static unsigned long first;
    struct xen_memory_domain dom = { .domid = DOMID_SELF };

    if ( !first )
        first = hypercall_memory_op(XENMEM_maximum_gpfn, &dom) + 16;

    return first;
}

static unsigned long home(void)
{
    return virt_to_pfn(pages);
}

static void fill(void)
{
    unsigned int i;

    for ( i = 0; i < PAGES; ++i )
        memset(pages[i], 0x80 + i, PAGE_SIZE);
}

/* The byte that fills the page at @p gfn; -1: there is no page. */
static int byte_at(unsigned long gfn)
{
    struct gnttab_copy op = {
        .source = { .u.gmfn = gfn, .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(bounce), .domid = DOMID_SELF },
        .len = PAGE_SIZE,
    };
    unsigned int i;

    if ( hypercall_grant_table_op(GNTTABOP_copy, &op, 1) || op.status )
        return -1;

    for ( i = 1; i < PAGE_SIZE; ++i )
        if ( bounce[i] != bounce[0] )
            return -2;

    return bounce[0];
}

static long move(unsigned int space, unsigned long from, unsigned int nr,
                 unsigned long to)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF, .space = space, .size = nr, .idx = from,
        .gpfn = to,
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

static long move_range(unsigned long from, unsigned int nr, unsigned long to)
{
    return move(XENMAPSPACE_gmfn_range, from, nr, to);
}

/* The same with an event pending, so that Xen is preempted. */
static long move_preempted(unsigned long from, unsigned int nr,
                           unsigned long to)
{
    long rc;

    local_irq_enable();
    ACCESS_ONCE(this_vcpu_info()->evtchn_upcall_pending) = 1;
    rc = move_range(from, nr, to);
    local_irq_disable();

    return rc;
}

static void need_grants(void)
{
    if ( hypercall_grant_table_op(GNTTABOP_copy, NULL, 0) )
        skip_case("needs GNTTABOP_copy, to read pages that have moved");
}

#define expect_pages(at, nr)                                            \
    do {                                                                \
        unsigned int i_;                                                \
                                                                        \
        for ( i_ = 0; i_ < (nr); ++i_ )                                 \
            expect_hex(byte_at((at) + i_), 0x80 + i_);                  \
    } while ( 0 )

#define expect_none(at, nr)                                             \
    do {                                                                \
        unsigned int i_;                                                \
                                                                        \
        for ( i_ = 0; i_ < (nr); ++i_ )                                 \
            expect_eq(byte_at((at) + i_), -1);                          \
    } while ( 0 )

CASE("add_to_physmap gmfn: one page to an unpopulated GFN and back -> only there, content kept")
{
    need_grants();
    fill();
    require_ok(move(XENMAPSPACE_gmfn, home(), 0, nowhere()));
    expect_hex(byte_at(nowhere()), 0x80);
    expect_eq(byte_at(home()), -1);
    expect_hex(byte_at(home() + 1), 0x81);
    require_ok(move(XENMAPSPACE_gmfn, nowhere(), 0, home()));
    expect_eq(byte_at(nowhere()), -1);
    expect_pages(home(), PAGES);
}

CASE("add_to_physmap gmfn: page to its own GFN -> 0, content kept")
{
    need_grants();
    fill();
    expect_ok(move(XENMAPSPACE_gmfn, home(), 0, home()));
    expect_pages(home(), PAGES);
}

CASE("add_to_physmap gmfn_range: size 0 -> 0, nothing moved")
{
    need_grants();
    fill();
    expect_ok(move_range(home(), 0, nowhere()));
    expect_pages(home(), PAGES);
    expect_none(nowhere(), 1);
}

static void there_and_back(long (*by)(unsigned long, unsigned int,
                                      unsigned long))
{
    need_grants();
    fill();
    require_ok(by(home(), PAGES, nowhere()));
    expect_pages(nowhere(), PAGES);
    expect_none(home(), PAGES);
    expect_none(nowhere() + PAGES, 1);
    require_ok(by(nowhere(), PAGES, home()));
    expect_pages(home(), PAGES);
    expect_none(nowhere(), PAGES);
}

CASE("add_to_physmap gmfn_range: 40 pages there and back -> every page moved")
{
    there_and_back(move_range);
}

CASE("add_to_physmap gmfn_range: 40 pages there and back, preempted -> every page moved")
{
    there_and_back(move_preempted);
}

/* Down by 3 and up by 3: a page must be moved before its place is taken. */
static void overlapping(long (*by)(unsigned long, unsigned int,
                                   unsigned long))
{
    need_grants();
    fill();
    require_ok(by(home(), PAGES, nowhere() + 3));
    expect_ok(by(nowhere() + 3, PAGES, nowhere()));
    expect_pages(nowhere(), PAGES);
    expect_none(nowhere() + PAGES, 3);
    if ( xen_has(XEN_OVERLAPPING_RANGE_MOVES_UP) )
    {
        expect_ok(by(nowhere(), PAGES, nowhere() + 3));
        expect_pages(nowhere() + 3, PAGES);
        expect_none(nowhere(), 3);
        expect_ok(by(nowhere() + 3, PAGES, nowhere()));
    }
    require_ok(by(nowhere(), PAGES, home()));
    expect_pages(home(), PAGES);
}

CASE("add_to_physmap gmfn_range: overlapping ranges, down and up -> every page moved")
{
    overlapping(move_range);
}

CASE("add_to_physmap gmfn_range: overlapping ranges, down and up, preempted -> every page moved")
{
    overlapping(move_preempted);
}

CASE("add_to_physmap gmfn_range: unpopulated GFN after 4 pages -> error, 4 pages moved")
{
    need_grants();
    fill();
    require_ok(move_range(home() + 4, 1, nowhere() + 100));
    expect_ne(move_range(home(), 8, nowhere()), 0);
    expect_pages(nowhere(), 4);
    expect_none(nowhere() + 4, 4);
    require_ok(move_range(nowhere(), 4, home()));
    require_ok(move_range(nowhere() + 100, 1, home() + 4));
    expect_pages(home(), PAGES);
}

#ifdef CONFIG_64BIT
CASE("add_to_physmap gmfn_range: last frame number of source or destination wraps -> -EOVERFLOW, nothing moved")
{
    need_grants();
    fill();
    expect_errno(move_range(home(), 8, ~0ul - 4), -EOVERFLOW);
    expect_errno(move_range(~0ul - 4, 8, home()), -EOVERFLOW);
    expect_errno(move_range(home(), 2, ~0ul - 1), -EOVERFLOW);
    expect_pages(home(), PAGES);
}

CASE("add_to_physmap: destination GFN is all ones -> -EINVAL, nothing moved")
{
    xen_ulong_t from = home();
    xen_pfn_t to = ~0ul;
    int status = 0x5a5a;
    struct xen_add_to_physmap_batch batch = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn, .size = 1,
        .idxs = &from, .gpfns = &to, .errs = &status,
    };

    need_grants();
    fill();
    expect_errno(move(XENMAPSPACE_gmfn, home(), 0, ~0ul), -EINVAL);
    expect_errno(move(XENMAPSPACE_grant_table, 0, 0, ~0ul), -EINVAL);
    expect_errno(move_range(home(), 1, ~0ul), -EINVAL);
    expect_errno(hypercall_memory_op(XENMEM_add_to_physmap_batch, &batch),
                 -EINVAL);
    expect_pages(home(), PAGES);
}
#endif

CASE("add_to_physmap: space is a valid one plus 0x10000 -> error, nothing moved")
{
    need_grants();
    fill();
    expect_ne(move(XENMAPSPACE_gmfn + 0x10000, home(), 0, nowhere()), 0);
    expect_ne(move(XENMAPSPACE_gmfn_range + 0x10000, home(), 1, nowhere()), 0);
    expect_pages(home(), PAGES);
    expect_none(nowhere(), 1);
}

CASE("add_to_physmap_batch: 3 pages of which the second is none -> errors of each, two moved")
{
    xen_ulong_t from[] = { home(), nowhere() + 50, home() + 2 };
    xen_pfn_t to[] = { nowhere(), nowhere() + 1, nowhere() + 2 };
    int status[] = { 0x5a5a, 0x5a5a, 0x5a5a };
    struct xen_add_to_physmap_batch batch = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn, .size = 3,
        .idxs = from, .gpfns = to, .errs = status,
    };

    need_grants();
    fill();
    expect_ok(hypercall_memory_op(XENMEM_add_to_physmap_batch, &batch));
    expect_ok(status[0]);
    expect_ne(status[1], 0);
    expect_ne(status[1], 0x5a5a);
    expect_ok(status[2]);
    expect_hex(byte_at(nowhere()), 0x80);
    expect_eq(byte_at(nowhere() + 1), -1);
    expect_hex(byte_at(nowhere() + 2), 0x82);
    require_ok(move_range(nowhere(), 1, home()));
    require_ok(move_range(nowhere() + 2, 1, home() + 2));
    expect_pages(home(), PAGES);
}
