/*
 * The table as a whole: its version, its size, and the GFNs of its frames.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/needs.h>

#include "fixture.h"

/* A change of the version keeps the reserved entries: this is the last one. */
#define KEPT (GNTTAB_NR_RESERVED_ENTRIES - 1)

static volatile unsigned int nr_changes, nr_refused;

static void change_or_copy(unsigned int vcpu)
{
    struct gnttab_set_version op = { .version = 1 };
    int rc;

    while ( race_goes_on() )
        if ( vcpu == 0 )
        {
            op.version = 3 - op.version;
            rc = hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
            if ( rc == -ENOSYS )
                nr_refused++;
            else
                race_check(rc == 0, "set_version returned %d, expected 0", rc);
            nr_changes++;
        }
        else
        {
            memset(gnt_page[vcpu], 0, PAGE_SIZE);
            rc = race_copy_from(KEPT, gnt_page[vcpu]);
            race_check(rc == GNTST_okay,
                       "copy from a reserved entry is %s, expected GNTST_okay",
                       gntst_strerror(rc));
            race_check(rc || !memcmp(gnt_page[vcpu], gnt_pattern(0), PAGE_SIZE),
                       "copy from a reserved entry is GNTST_okay, but the "
                       "destination is not gnt_page[0]");
        }

    if ( vcpu == 0 )
    {
        op.version = 1;
        race_check(!hypercall_grant_table_op(GNTTABOP_set_version, &op, 1) ||
                   nr_refused, "set_version to 1 failed after the race");
    }
}

/*
 * The driver does not learn of the change, so none of its entries may be in
 * use.
 */
GNTTAB_CASE_V1("set_version race: other vCPUs copy from a reserved entry -> every copy done")
{
    grant_entry_v1_t was = gnttab_v1[KEPT];
    bool ok = true;
    unsigned int i;

    if ( was.flags )
        skip_case("needs reserved entry %u, which the toolstack has filled in",
                  KEPT);

    gnttab_publish(KEPT, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    nr_changes = nr_refused = 0;
    for ( i = 0; ok && i < 4; ++i )
        ok = race(3, change_or_copy);
    expect_hex(gnttab_v1[KEPT].flags, GTF_permit_access);
    expect_eq(gnttab_v1[KEPT].domid, gnt_self());
    expect_ok(gnttab_revoke(KEPT));
    if ( ok && nr_refused == nr_changes )
        skip_case("needs " NEEDS_GNTTAB_V2);
}

static void change_both(unsigned int vcpu)
{
    struct gnttab_set_version op;
    unsigned int i;
    int rc;

    while ( race_goes_on() )
    {
        op.version = 1 + (race_round() + vcpu) % 2;
        rc = hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
        race_check(rc == 0 || rc == -ENOSYS,
                   "set_version returned %d, expected 0 or -ENOSYS", rc);
        race_check(op.version == 1 || op.version == 2,
                   "version after set_version is %u, expected 1 or 2",
                   op.version);
    }

    for ( i = 0; vcpu == 0 && i < 2; ++i )
    {
        op.version = 1;
        hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
    }
}

GNTTAB_CASE_V1("set_version race: two vCPUs -> table empty and usable after")
{
    struct gnttab_set_version op = { .version = 1 };
    unsigned int i;

    need_change_to_gnttab_v2();
    if ( !race(2, change_both) )
        return;

    expect_ok(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1));
    for ( i = GNTTAB_NR_RESERVED_ENTRIES; i < gnttab_nr_entries(); ++i )
        if ( gnttab_v1[i].flags || gnttab_v1[i].domid || gnttab_v1[i].frame )
            break;
    expect_eq(i, gnttab_nr_entries());

    i = gnt_grant(gnt_page[0], 0);
    expect_gntst(race_copy_from(i, gnt_page[1]), GNTST_okay);
    expect_mem(gnt_page[1], gnt_pattern(0), PAGE_SIZE);
}

#ifdef CONFIG_PV

static unsigned long frames[2][GNTTAB_MAX_FRAMES];

static int grow_table(unsigned int vcpu, unsigned int nr)
{
    struct gnttab_setup_table op = {
        .dom = DOMID_SELF, .nr_frames = nr, .frame_list = frames[vcpu],
        .status = GNT_UNTOUCHED,
    };

    return hypercall_grant_table_op(GNTTABOP_setup_table, &op, 1) ?: op.status;
}

#else

static long place(unsigned long idx, const void *at)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = idx,
        .gpfn = virt_to_gfn(at),
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

static int grow_table(unsigned int vcpu, unsigned int nr)
{
    return place(nr - 1, &gnttab_raw[(nr - 1) * PAGE_SIZE]);
}

#endif

static unsigned int grow_to;

static void grow(unsigned int vcpu)
{
    unsigned int nr = gnttab_nr_frames();
    int rc;

    /*
     * Both vCPUs grow the table by one frame at the same time. The rounds after
     * the last step do nothing.
     */
    while ( race_next_round() )
    {
        if ( nr == grow_to )
            continue;
        rc = grow_table(vcpu, ++nr);
        race_check(rc == 0,
                   "vCPU %u growing the table to %u frames is %d, expected 0",
                   vcpu, nr, rc);
    }
}

/* The driver learns of the new size afterwards. */
GNTTAB_CASE("setup_table, add_to_physmap race: two vCPUs grow the table -> every frame in use")
{
    unsigned int first = gnttab_nr_frames(), i, bad = 0;

    /*
     * The table cannot shrink: leave frames for the other version's run of this
     * case.
     */
    grow_to = gnttab_version() == 2 ? gnttab_max_frames()
                                    : max(first, gnttab_max_frames() / 2);
    if ( !race(2, grow) )
        return;
    require_ok(gnttab_grow(grow_to));
#ifdef CONFIG_PV
    for ( i = first; i < grow_to; ++i )
        bad += frames[0][i] != frames[1][i];
    expect_eq(bad, 0);
#endif

    /* Xen uses the entries of each frame. */
    for ( i = first; i < gnttab_nr_frames(); ++i )
    {
        grant_ref_t ref = (gnttab_nr_entries() / gnttab_nr_frames()) * i + 3;

        gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[i % 2]),
                       GTF_permit_access);
        require_gntst(race_copy_from(ref, gnt_page[2]), GNTST_okay);
        bad += memcmp(gnt_page[2], gnt_pattern(i % 2), PAGE_SIZE) != 0;
        require_ok(gnttab_revoke(ref));
    }
    expect_eq(bad, 0);
}

#ifdef CONFIG_HVM

static uint8_t *places[2];
static unsigned long frame_idx;
static unsigned int mark_at;
static uint64_t mark;

static unsigned int count_marked(void)
{
    unsigned int i, nr = 0;

    for ( i = 0; i < ARRAY_SIZE(places); ++i )
        nr += *(volatile uint64_t *)&places[i][mark_at] == mark;

    return nr;
}

static void place_frame(unsigned int vcpu)
{
    while ( race_next_round() )
    {
        long rc;

        /* Both vCPUs run the same code, and so mostly meet without a delay. */
        if ( race_round() % 4 == 0 )
            race_linger();
        rc = place(frame_idx, places[vcpu]);
        race_check(rc == 0, "add_to_physmap returned %ld, expected 0", rc);
        race_meet();
        if ( vcpu == 0 )
            race_check(count_marked() == 1,
                       "a frame of the table is mapped at %u GFNs, expected 1",
                       count_marked());
    }
}

/* Map this frame, which holds this content at this offset, at two GFNs. */
static bool race_to_place(unsigned long idx, unsigned int at, uint64_t content)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(places); ++i )
        places[i] = gnt_at();
    frame_idx = idx;
    mark_at = at;
    mark = content;

    return race(ARRAY_SIZE(places), place_frame);
}

GNTTAB_CASE_V1("add_to_physmap race: two vCPUs map one grant frame -> at one GFN only")
{
    const uint64_t content = 0x1234567800000000;
    grant_ref_t ref = gnt_ref();
    volatile uint64_t *entry = (uint64_t *)&gnttab_v1[ref];

    /* The entry stays GTF_invalid, whatever its other bytes are. */
    *entry = content;
    if ( !race_to_place(0, (uint8_t *)entry - gnttab_raw, content) )
    {
        *entry = 0;
        return;
    }
    expect_ok(place(0, gnttab_raw));
    expect_true(*entry == content);
    *entry = 0;
}

/*
 * Version 1 removes the status frames from the physmap. The status words are
 * zero, since no entry is in use except reserved ones of the toolstack.
 */
GNTTAB_CASE_V2("add_to_physmap race: two vCPUs map one status frame -> at one GFN only")
{
    unsigned int i;

    XTF_REQUIRE(race_to_place(XENMAPIDX_grant_table_status,
                              GNTTAB_NR_RESERVED_ENTRIES * sizeof(uint16_t),
                              0));
    require_ok(xtf_init_grant_table(1));
    for ( i = 0; i < ARRAY_SIZE(places); ++i )
        expect_true(*(volatile uint64_t *)places[i] == ~0ULL);
}

#endif
