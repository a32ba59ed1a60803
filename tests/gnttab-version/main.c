/**
 * @file tests/gnttab-version/main.c
 * @ref test-gnttab-version
 *
 * @page test-gnttab-version Grant tables: set_version and get_version
 *
 * GNTTABOP_set_version changes the layout of the table while the domain uses
 * it. It must fail while any entry is in use, must keep the reserved entries,
 * in use or not, and must remove the status frames of version 2 from the domain
 * before Xen reuses those pages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: set_version and get_version";

/* A reserved entry that toolstacks leave free. */
#define RESERVED 7

static unsigned int version_now(void)
{
    struct gnttab_get_version op = { .dom = DOMID_SELF, .version = ~0u };

    expect_ok(hypercall_grant_table_op(GNTTABOP_get_version, &op, 1));

    return op.version;
}

static unsigned int other_version(void)
{
    return 3 - gnttab_version();
}

/* Request a version: Xen returns rc, and the version in effect stays. */
static void expect_version_stays(unsigned int version, int rc)
{
    struct gnttab_set_version op = { .version = version };

    expect_errno(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1), rc);
    expect_eq(op.version, gnttab_version());
    expect_eq(version_now(), gnttab_version());
}


GNTTAB_CASE("get_version: dom is DOMID_SELF or the caller's domid -> version in effect")
{
    struct gnttab_get_version op = { .dom = gnt_self(), .version = ~0u };

    expect_eq(version_now(), gnttab_version());
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_version, &op, 1));
    expect_eq(op.version, gnttab_version());
}

GNTTAB_CASE("get_version: unallocated or reserved dom -> -ESRCH, version untouched")
{
    static const domid_t ids[] = {
        NO_DOMAIN, DOMID_IO, DOMID_XEN, DOMID_COW, DOMID_INVALID, 0xffff,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(ids); ++i )
    {
        struct gnttab_get_version op = { .dom = ids[i], .version = ~0u };

        expect_errno(hypercall_grant_table_op(GNTTABOP_get_version, &op, 1),
                     -ESRCH);
        expect_eq(op.version, ~0u);
    }
}

GNTTAB_CASE("get_version: dom is another domain, unprivileged caller -> -EPERM")
{
    struct gnttab_get_version op = { .version = ~0u };

    need_domain_beside_this();
    need_privilege_checks();

    expect_errno(hypercall_grant_table_op(GNTTABOP_get_version, &op, 1),
                 -EPERM);
    expect_eq(op.version, ~0u);
}

GNTTAB_CASE("get_version, set_version: request at an unmapped address -> -EFAULT")
{
    void *hole = gnt_at();

    expect_errno(hypercall_grant_table_op(GNTTABOP_get_version, hole, 1),
                 -EFAULT);
    expect_errno(hypercall_grant_table_op(GNTTABOP_set_version, hole, 1),
                 -EFAULT);
}

GNTTAB_CASE("set_version: version is 0, 3 or ~0 -> -EINVAL, version in effect written back")
{
    expect_version_stays(0, -EINVAL);
    expect_version_stays(3, -EINVAL);
    expect_version_stays(~0u, -EINVAL);
}

GNTTAB_CASE("set_version: version already in effect, grant mapped -> 0, nothing changes")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_version_stays(gnttab_version(), 0);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);
}

GNTTAB_CASE_V1("set_version: version 2 not allowed -> -ENOSYS, version 1 written back")
{
    struct gnttab_set_version op = { .version = 2 };

    if ( !xtf_init_grant_table(2) )
    {
        xtf_init_grant_table(1);
        skip_case("needs a limit of version 1: gnttab=max-ver:1 (Xen) or "
                  "max_grant_version=1 (domain)");
    }

    expect_errno(hypercall_grant_table_op(GNTTABOP_set_version, &op, 1),
                 -ENOSYS);
    expect_eq(op.version, 1);
}

GNTTAB_CASE_V2("set_version: from 2 to 1 while a grant is mapped -> -EBUSY, entry unchanged")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    union grant_entry_v2 was;

    require_gntst(gnt_map(&map), GNTST_okay);
    was = gnttab_v2[ref];
    expect_version_stays(other_version(), -EBUSY);
    expect_mem(&gnttab_v2[ref], &was, sizeof(was));
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

GNTTAB_CASE_V1("set_version: from 1 to 2 while a grant is mapped -> -EBUSY, entry unchanged")
{
    grant_ref_t ref;
    struct gnttab_map_grant_ref map;
    struct grant_entry_v1 was;

    need_change_to_gnttab_v2();
    ref = gnt_grant(gnt_page[0], 0);
    map = gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    require_gntst(gnt_map(&map), GNTST_okay);
    was = gnttab_v1[ref];
    expect_version_stays(other_version(), -EBUSY);
    expect_mem(&gnttab_v1[ref], &was, sizeof(was));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

GNTTAB_CASE_V2("set_version: last entry of the table mapped -> -EBUSY")
{
    grant_ref_t ref = gnttab_nr_entries() - 1;
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_version_stays(1, -EBUSY);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_ok(gnttab_revoke(ref));
}

GNTTAB_CASE_V2("set_version: first entry after the reserved ones mapped -> -EBUSY")
{
    grant_ref_t ref = GNTTAB_NR_RESERVED_ENTRIES;
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_version_stays(1, -EBUSY);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_ok(gnttab_revoke(ref));
}

/*
 * All entries after the reserved ones are zero. The toolstack may use reserved
 * entries, for the console's page.
 */
static void expect_empty(void)
{
    unsigned int size = gnttab_version() == 1 ? sizeof(grant_entry_v1_t)
                                              : sizeof(grant_entry_v2_t);

    expect_fill(gnttab_raw + GNTTAB_NR_RESERVED_ENTRIES * size, 0,
                gnttab_nr_frames() * PAGE_SIZE -
                GNTTAB_NR_RESERVED_ENTRIES * size);
    if ( gnttab_version() == 2 )
        expect_fill(gnttab_status + GNTTAB_NR_RESERVED_ENTRIES, 0,
                    (gnttab_nr_entries() - GNTTAB_NR_RESERVED_ENTRIES) *
                    sizeof(uint16_t));
}

GNTTAB_CASE_V2("set_version: from 2 to 1 and back -> entries after the reserved ones cleared")
{
    unsigned int ref;

    for ( ref = GNTTAB_NR_RESERVED_ENTRIES; ref < gnttab_nr_entries(); ++ref )
        gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                       GTF_permit_access);
    require_ok(xtf_init_grant_table(1));
    expect_eq(version_now(), 1);
    expect_empty();

    for ( ref = GNTTAB_NR_RESERVED_ENTRIES; ref < gnttab_nr_entries(); ++ref )
        gnttab_publish(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                       GTF_permit_access);
    require_ok(xtf_init_grant_table(2));
    expect_eq(version_now(), 2);
    expect_empty();
}

GNTTAB_CASE_V2("set_version: from 1 to 2 and back -> reserved entry stays valid")
{
    unsigned long frame = virt_to_gfn(gnt_page[0]);

    require_ok(xtf_init_grant_table(1));
    if ( gnttab_v1[RESERVED].flags )
        skip_case("needs reserved entry %u, which the toolstack has filled in",
                  RESERVED);
    gnttab_publish(RESERVED, gnt_self(), frame,
                   GTF_permit_access | GTF_readonly);

    require_ok(xtf_init_grant_table(2));
    expect_hex(gnttab_v2[RESERVED].hdr.flags,
               GTF_permit_access | GTF_readonly);
    expect_eq(gnttab_v2[RESERVED].hdr.domid, gnt_self());
    expect_hex(gnttab_v2[RESERVED].full_page.frame, frame);
    expect_hex(gnttab_status[RESERVED], 0);
    expect_granted_unchanged(RESERVED, 0);

    require_ok(xtf_init_grant_table(1));
    expect_hex(gnttab_v1[RESERVED].flags, GTF_permit_access | GTF_readonly);
    expect_eq(gnttab_v1[RESERVED].domid, gnt_self());
    expect_hex(gnttab_v1[RESERVED].frame, frame);
    expect_granted_unchanged(RESERVED, 0);

    expect_ok(gnttab_revoke(RESERVED));
}

/*
 * Flags of the reserved entries in the next case; domid and frame differ in
 * each.
 */
static uint16_t entry_flags(unsigned int i)
{
    return GTF_permit_access | (i % 3 ? GTF_readonly : 0);
}

GNTTAB_CASE_V2("set_version: from 1 to 2 and back -> all reserved entries keep flags, domid and frame")
{
    unsigned int i, ours = 0;

    require_ok(xtf_init_grant_table(1));
    for ( i = 0; i < GNTTAB_NR_RESERVED_ENTRIES; ++i )
        if ( !gnttab_v1[i].flags )
        {
            ours |= 1u << i;
            gnttab_publish(i, 0x1230 + i, 0x4560 + i, entry_flags(i));
        }

    require_ok(xtf_init_grant_table(2));
    for ( i = 0; i < GNTTAB_NR_RESERVED_ENTRIES; ++i )
        if ( ours & (1u << i) )
        {
            expect_hex(gnttab_v2[i].hdr.flags, entry_flags(i));
            expect_hex(gnttab_v2[i].hdr.domid, 0x1230 + i);
            expect_hex(gnttab_v2[i].full_page.frame, 0x4560 + i);
            expect_hex(gnttab_status[i], 0);
        }

    require_ok(xtf_init_grant_table(1));
    for ( i = 0; i < GNTTAB_NR_RESERVED_ENTRIES; ++i )
        if ( ours & (1u << i) )
        {
            expect_hex(gnttab_v1[i].flags, entry_flags(i));
            expect_hex(gnttab_v1[i].domid, 0x1230 + i);
            expect_hex(gnttab_v1[i].frame, 0x4560 + i);
            expect_ok(gnttab_revoke(i));
        }
}

GNTTAB_CASE_V2("set_version: reserved entry mapped, from 1 to 2 and back -> stays mapped, in-use flags move")
{
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(RESERVED, GNTMAP_host_map, at);

    require_ok(xtf_init_grant_table(1));
    if ( gnttab_v1[RESERVED].flags )
        skip_case("needs reserved entry %u, which the toolstack has filled in",
                  RESERVED);
    gnttab_publish(RESERVED, gnt_self(), virt_to_gfn(gnt_page[0]),
                   GTF_permit_access);
    require_gntst(gnt_map(&map), GNTST_okay);

    /*
     * GTF_reading and GTF_writing move from the entry (v1) to the status word
     * (v2).
     */
    require_ok(xtf_init_grant_table(2));
    expect_hex(gnttab_v2[RESERVED].hdr.flags, GTF_permit_access);
    expect_hex(gnttab_status[RESERVED], GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);

    require_ok(xtf_init_grant_table(1));
    expect_hex(gnttab_v1[RESERVED].flags,
               GTF_permit_access | GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_v1[RESERVED].flags, GTF_permit_access);
    expect_ok(gnttab_revoke(RESERVED));
}

GNTTAB_CASE_V2("set_version: to 1 with a frame above 2^32 or transitive reserved entry -> -ERANGE")
{
    union grant_entry_v2 was;

    if ( gnttab_v2[RESERVED].hdr.flags )
        skip_case("needs reserved entry %u, which the toolstack has filled in",
                  RESERVED);

    gnttab_publish(RESERVED, gnt_self(), 0, GTF_permit_access);
    gnttab_v2[RESERVED].full_page.frame = 1ull << 32;
    was = gnttab_v2[RESERVED];
    expect_version_stays(1, -ERANGE);
    expect_mem(&gnttab_v2[RESERVED], &was, sizeof(was));

    gnttab_publish_transitive(RESERVED, gnt_self(), 0, gnt_self(), 8);
    was = gnttab_v2[RESERVED];
    expect_version_stays(1, -ERANGE);
    expect_mem(&gnttab_v2[RESERVED], &was, sizeof(was));

    expect_ok(gnttab_revoke(RESERVED));

    /* The highest frame that version 1 can hold. */
    gnttab_publish(RESERVED, gnt_self(), 0, GTF_permit_access);
    gnttab_v2[RESERVED].full_page.frame = 0xffffffff;
    require_ok(xtf_init_grant_table(1));
    expect_hex(gnttab_v1[RESERVED].frame, 0xffffffff);
    expect_ok(gnttab_revoke(RESERVED));
}

GNTTAB_CASE_V2("set_version: to 1 with a GTF_accept_transfer reserved entry -> entry cleared")
{
    if ( gnttab_v2[RESERVED].hdr.flags )
        skip_case("needs reserved entry %u, which the toolstack has filled in",
                  RESERVED);

    gnttab_publish(RESERVED, gnt_self(), 5, GTF_accept_transfer);
    require_ok(xtf_init_grant_table(1));
    expect_fill(&gnttab_v1[RESERVED], 0, sizeof(gnttab_v1[RESERVED]));
}

GNTTAB_CASE_V2("set_version: from 2 to 1 and back 50 times -> 0")
{
    unsigned int i;

    for ( i = 0; i < 50; ++i )
    {
        require_ok(xtf_init_grant_table(1));
        require_ok(xtf_init_grant_table(2));
    }
    expect_eq(version_now(), 2);
}

#ifdef CONFIG_PV

GNTTAB_CASE_V2("set_version: to 1 while the guest maps the status frames -> -EBUSY, frames stay valid")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    /* The driver has the status frames mapped. */
    expect_version_stays(1, -EBUSY);
    expect_true(gnt_present(gnttab_status));

    /* Xen still updates them. */
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_status[ref], GTF_reading | GTF_writing);
}

GNTTAB_CASE_V2("set_version: to 1 while the guest maps the second status frame -> -EBUSY, both stay valid")
{
    grant_ref_t ref;
    struct gnttab_map_grant_ref map;
    uint64_t first;

    need_grant_frames(9);

    first = *pv_l1e(gnttab_status);
    require_ok(set_l1e(gnttab_status, 0));
    expect_version_stays(1, -EBUSY);

    /* Xen still updates the first frame, too. */
    require_ok(set_l1e(gnttab_status, first));
    ref = gnt_grant(gnt_page[0], 0);
    map = gnt_map_op(ref, GNTMAP_host_map, gnt_at());
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_status[ref], GTF_reading | GTF_writing);
    require_gntst(gnt_undo(&map), GNTST_okay);

    require_ok(xtf_init_grant_table(1));
}

#else

GNTTAB_CASE_V2("set_version: to 1 in an HVM guest -> status frames removed from the physmap")
{
    require_ok(gnttab_grow(min(9u, gnttab_max_frames())));
    expect_true(gnt_present(gnttab_status));
    require_ok(xtf_init_grant_table(1));
    expect_false(gnt_present(gnttab_status));
    if ( gnttab_max_frames() >= 9 )
        expect_false(gnt_present(gnttab_status + GNTTAB_STATUS_PER_PAGE));
}

#endif
