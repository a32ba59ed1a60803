/**
 * @file tests/xsa-501/main.c
 * @ref test-xsa-501
 *
 * @page test-xsa-501 XSA-501
 *
 * CVE-2026-62435, CVE-2026-62436.  Some operations release the lock of a grant
 * table for a while.  When another vCPU changed the table's version then, they
 * went on with a status word of the old version, whose page was freed.
 *
 * The first 8 entries may be in use while the version changes.  A map of one of
 * these that fails takes its marks back where they were, not where they are, so
 * that the entry stays in use for ever.  A copy through a transitive grant
 * must neither keep an entry of the next domain in use nor copy other bytes.
 *
 * https://xenbits.xen.org/xsa/advisory-501.html
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/race.h>
#include <xtf/peers/gnttab_peer.h>

const char test_title[] = "XSA-501: version changes beside maps and transitive copies";

#define LEN 64

static grant_ref_t ref, leaf;
static domid_t third;
static volatile unsigned int nr_copied, nr_changed, nr_refused;

/* The driver stays at version 1, and so maps no status frames. */
static int set_version(unsigned int version)
{
    struct gnttab_set_version op = { .version = version };

    return hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);
}

static void publish(void)
{
    grant_entry_v2_t *entry = &gnttab_v2[ref];

    entry->hdr.domid = gnt_self();
    entry->transitive.trans_domid = third;
    entry->transitive.gref = leaf;
    STORE_RELEASE(&entry->hdr.flags, GTF_transitive);
}

static int copy_through(uint8_t *to)
{
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = gnt_self() },
        .dest = { .u.gmfn = virt_to_gfn(to), .domid = DOMID_SELF },
        .len = LEN,
        .flags = GNTCOPY_source_gref,
        .status = GNT_UNTOUCHED,
    };
    long rc = hypercall_grant_table_op(GNTTABOP_copy, &op, 1);

    race_check(rc == 0, "GNTTABOP_copy returns %ld", rc);

    return op.status;
}

static void change_version(void)
{
    int rc;

    race_linger();
    rc = set_version(1);

    /* While such a copy is under way, Xen may refuse the change. */
    race_check(rc == 0 || rc == -EAGAIN || rc == -EBUSY,
               "set_version to 1 returns %d", rc);
    *(rc ? &nr_refused : &nr_changed) += 1;
}

/* The entry is there again before anything copies from it. */
static void change_back(void)
{
    int rc = set_version(2);

    race_check(rc == 0, "set_version to 2 returns %d", rc);
    publish();
}

static void copy_once(unsigned int vcpu)
{
    uint8_t *to = gnt_page[vcpu];
    unsigned int i;
    int status;

    memset(to, 0, LEN);
    status = copy_through(to);

    /* In version 1 the entry is invalid. */
    race_check(status == GNTST_okay || status == GNTST_general_error ||
               status == GNTST_bad_gntref,
               "GNTTABOP_copy returned %s, expected okay or a refusal",
               gntst_strerror(status));
    if ( status )
        return;

    nr_copied++;
    for ( i = 0; i < LEN && to[i] == peer_fill(0); ++i )
        ;
    race_check(i == LEN, "a copy succeeds, and byte %u is %#x", i, to[i]);
}

static void change_or_copy(unsigned int vcpu)
{
    unsigned int i;

    while ( race_next_round() )
    {
        if ( vcpu == 0 )
            change_version();
        else
            for ( i = 0; i < 20; ++i )
                copy_once(vcpu);
        race_meet();
        if ( vcpu == 0 )
            change_back();
    }
}

#define PEER_CASE_V1(case_name)                                         \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(case_name, gnt_peer_begin, 1))

PEER_CASE_V1("XSA-501 copy race: transitive grant, another vCPU changes the version -> not in use")
{
    unsigned int i;
    int rc;

    ref = gnt_ref();
    third = peer->domid;
    leaf = peer_grant(peer, 0, GTF_readonly);

    rc = set_version(2);
    if ( rc == -ENOSYS )
        skip_case("needs grant table v2: " GNTTAB_V2_OPTION);
    require_ok(rc);
    publish();
    rc = copy_through(gnt_page[1]);
    if ( rc && xtf_xen_cmdline("transitive") )
    {
        set_version(1);
        skip_case("needs transitive grants: mapping one returned %s",
                  gntst_strerror(rc));
    }
    expect_gntst(rc, GNTST_okay);

    nr_copied = nr_changed = nr_refused = 0;
    for ( i = 0; i < 10 && !(nr_copied && nr_changed); ++i )
        if ( !race(3, change_or_copy) )
            break;

    /* Before any of this ends: nothing maps or copies now. */
    expect_hex(peer_in_use(peer, leaf), 0);
    require_ok(set_version(1));
    expect_hex(gnttab_in_use(ref), 0);
    skip_unless_both_seen(nr_copied, nr_changed);
}

/* A change of version keeps the first entries: this is the last of them. */
#define KEPT (GNTTAB_NR_RESERVED_ENTRIES - 1)

static void map_that_fails(void)
{
    struct gnttab_map_grant_ref op =
        gnt_map_op(KEPT, GNTMAP_host_map, (void *)PAGE_SIZE);
    long rc;

#ifdef CONFIG_PV
    /* Xen's part of the address space. */
    op.host_addr = _u(&m2p[0]);
#else
    /* A flag that belongs to PV guests' page table entries. */
    op.flags |= 1u << _GNTMAP_guest_avail0;
#endif
    rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, &op, 1);
    race_check(rc == 0, "GNTTABOP_map_grant_ref returns %ld", rc);
    race_check(op.status == GNTST_general_error ||
               op.status == GNTST_bad_virt_addr,
               "map_grant_ref returned %s, expected GNTST_general_error",
               gntst_strerror(op.status));
}

/*
 * One map and one change from version 1 to 2 a round: a later map would take
 * back what an earlier one left.
 */
static void change_or_map(unsigned int vcpu)
{
    while ( race_next_round() )
    {
        unsigned int use;
        int rc;

        race_linger();
        if ( vcpu == 0 )
        {
            rc = set_version(2);
            race_check(rc == 0 || rc == -EAGAIN, "set_version returns %d", rc);
        }
        else
            map_that_fails();
        race_meet();
        if ( vcpu != 0 )
            continue;

        race_check(set_version(1) == 0, "cannot return to version 1");
        use = gnttab_v1[KEPT].flags & (GTF_reading | GTF_writing);
        race_check(!use, "the map has failed, and the entry is in use: %#x",
                   use);
    }
}

GNTTAB_CASE_V1("XSA-501 map_grant_ref race: failed map, another vCPU changes the version -> not in use")
{
    unsigned int i;

    if ( gnttab_v1[KEPT].flags )
        skip_case("reference %u is in use before the test", KEPT);
    i = set_version(2);
    if ( i )
        skip_case("needs grant table v2: " GNTTAB_V2_OPTION);
    require_ok(set_version(1));

    gnttab_publish(KEPT, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    for ( i = 0; i < 20; ++i )
        if ( !race(2, change_or_map) )
            break;
    expect_hex(gnttab_v1[KEPT].flags, GTF_permit_access);
    gnttab_v1[KEPT].flags = 0;
}
