/*
 * Taking all of Xen's memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/drivers/argo.h>
#include <xtf/harness/case.h>
#include <xtf/harness/exhaust.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

#include <arch/mm.h>

/* Extents of up to 2 MiB: larger ones would save little. */
#define MAX_ORDER   9
#define MAX_EXTENTS 4096
#define BATCH       64

/* Failures after which an operation must have worked. */
#define MAX_TRIES   (EXHAUST_SPARE - 1)

/*
 * What was taken, the largest first.  A PV guest knows an extent by its MFN; an
 * HVM guest puts it at a GFN beyond all else, and in that order extents are
 * aligned and lie close together.
 */
static xen_pfn_t extents[MAX_EXTENTS];
static uint8_t orders[MAX_EXTENTS];
static unsigned int nr_extents;

/* Single pages, to be given to Xen and taken again; page i is at the i-th GFN. */
static xen_pfn_t spare[1 << MAX_ORDER];
static unsigned int nr_spare;

#define SPARE_GFN  0x100000ul
#define EXTENT_GFN (SPARE_GFN + ARRAY_SIZE(spare))

#ifdef CONFIG_PV
#define TAKE XENMEM_increase_reservation
#else
#define TAKE XENMEM_populate_physmap
#endif

/* Where extents shall be.  A PV guest is told what it got instead. */
static void place(xen_pfn_t *list, unsigned long first, unsigned int nr,
                  unsigned int order)
{
    unsigned int i;

    for ( i = 0; i < nr; ++i )
        list[i] = first + ((unsigned long)i << order);
}

static unsigned int reservation(unsigned int cmd, xen_pfn_t *list,
                                unsigned int nr, unsigned int order)
{
    struct xen_memory_reservation op = {
        .extent_start = list,
        .nr_extents = nr,
        .extent_order = order,
        .domid = DOMID_SELF,
    };
    long done = hypercall_memory_op(cmd, &op);

    return done < 0 ? 0 : done;
}

/* False if Xen has more than can be kept track of. */
static bool take_all(void)
{
    unsigned int order = MAX_ORDER + 1, nr, done;
    unsigned long gfn = EXTENT_GFN;

    while ( order-- > 0 )
        do {
            nr = min(MAX_EXTENTS - nr_extents, BATCH + 0u);
            place(&extents[nr_extents], gfn, nr, order);
            done = reservation(TAKE, &extents[nr_extents], nr, order);
            gfn += (unsigned long)done << order;
            memset(&orders[nr_extents], order, done);
            nr_extents += done;
            if ( nr_extents == MAX_EXTENTS )
                return false;
        } while ( done == nr );

    return true;
}

static void give_back(void *unused)
{
    exhaust_unfill();
    exhaust_release(nr_spare);

    for ( ; nr_extents; --nr_extents )
        reservation(XENMEM_decrease_reservation, &extents[nr_extents - 1], 1,
                    orders[nr_extents - 1]);
}

/* May the domain have more than it has? */
static bool may_have_more(void)
{
    struct xen_memory_domain dom = { .domid = DOMID_SELF };

    return hypercall_memory_op(XENMEM_current_reservation, &dom) <
        hypercall_memory_op(XENMEM_maximum_reservation, &dom);
}

static void take_spare(unsigned int most)
{
    unsigned int before = nr_spare;

    /* One by one: Xen says on its console what it could not do, but once. */
    while ( nr_spare < ARRAY_SIZE(spare) && nr_spare - before < most )
    {
        place(&spare[nr_spare], SPARE_GFN + nr_spare, 1, 0);
        if ( !reservation(TAKE, &spare[nr_spare], 1, 0) )
            break;
        ++nr_spare;
    }
}

bool exhaust_for_case(void)
{
    bool all;

    xtf_case_cleanup(give_back, NULL);

    /* The first pages are single ones, so that others need not be split. */
    take_spare(EXHAUST_SPARE);
    all = take_all();
    if ( !may_have_more() )
        xtf_case_skip("needs a domain that may take all of Xen's memory: "
                      EXHAUST_OPTION " or, if not dom0, " EXHAUST_DOMU);
    else if ( !all || nr_spare != EXHAUST_SPARE )
        xtf_case_skip("needs less free memory in Xen than the test can track,"
                      " and %u pages at least", EXHAUST_SPARE);
    else
        return true;

    return false;
}

void exhaust_release(unsigned int nr)
{
    ASSERT(nr <= nr_spare);

    for ( ; nr; --nr, --nr_spare )
        if ( !reservation(XENMEM_decrease_reservation, &spare[nr_spare - 1],
                          1, 0) )
            panic("Xen does not take a page back\n");
}

int exhaust_used(void)
{
    take_spare(ARRAY_SIZE(spare));

    return EXHAUST_SPARE - (int)nr_spare;
}

long exhaust_until(long (*op)(void), long error, int keeps,
                   void (*unchanged)(void))
{
    const int before = exhaust_used();
    unsigned int nr;
    long rc = error;

    for ( nr = 0; nr < MAX_TRIES && nr <= nr_spare; ++nr )
    {
        int used;

        exhaust_release(nr);
        rc = op();
        if ( rc != error )
            break;

        used = exhaust_used() - before;
        if ( !xtf_expect_msg(XTF_HERE, used >= 0 && used <= keeps,
                             "what failed for want of memory, with %u pages to"
                             " be had, has taken %d of them", nr, used) )
            break;
        if ( unchanged )
            unchanged();
        if ( xtf_case_failed() )
            break;
    }

    return rc;
}

/* Rings of many frames, which Xen keeps two lists of, and of ever fewer. */

#define MAX_FILL_FRAMES 256
#define MAX_FILL_RINGS  60
#define FILL_PORT(i)    (0xf111000u + (i))

static unsigned int nr_rings;

static long register_fill(unsigned int frames)
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    static xen_argo_gfn_t gfns[MAX_FILL_FRAMES];
    const xen_argo_register_ring_t reg = {
        .aport = FILL_PORT(nr_rings), .partner_id = argo_self(),
        .len = frames * PAGE_SIZE - sizeof(xen_argo_ring_t),
    };
    unsigned int i;

    for ( i = 0; i < frames; ++i )
        gfns[i] = virt_to_gfn(page);

    return argo_register(&reg, gfns, frames, 0);
}

bool exhaust_fill(void)
{
    unsigned int frames;
    long rc = 0;

    for ( frames = MAX_FILL_FRAMES; frames; frames /= 4 )
        while ( nr_rings < MAX_FILL_RINGS )
        {
            rc = register_fill(frames);
            if ( rc )
                break;
            ++nr_rings;
        }

    return rc == -ENOMEM;
}

void exhaust_unfill(void)
{
    for ( ; nr_rings; --nr_rings )
        argo_unregister(FILL_PORT(nr_rings - 1), argo_self());
}
