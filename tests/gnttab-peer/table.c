/*
 * Another domain's grant table: its limits, the operations that may be used on
 * it, and how a toolstack reaches it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/core/xen_info.h>
#include <xtf/harness/needs.h>
#include <xtf/peers/gnttab_peer.h>

static struct gnttab_query_size query_size(domid_t domid)
{
    struct gnttab_query_size op = {
        .dom = domid, .status = GNT_UNTOUCHED,
        .nr_frames = GNT_UNTOUCHED, .max_nr_frames = GNT_UNTOUCHED,
    };

    expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &op, 1));

    return op;
}

/*
 * XENMEM_acquire_resource on frames of the grant table, to be mapped at *list.
 */
static int acquire(domid_t domid, uint32_t id, uint64_t frame, uint32_t nr,
                   xen_pfn_t *list)
{
    struct xen_mem_acquire_resource op = {
        .domid = domid, .type = XENMEM_resource_grant_table, .id = id,
        .frame = frame, .nr_frames = nr, .frame_list = list,
    };

    return hypercall_memory_op(XENMEM_acquire_resource, &op);
}

PEER_CASE("query_size, get_version: dom0 on peer -> size, limit and version of peer")
{
    struct gnttab_query_size size = query_size(peer->domid);
    struct gnttab_get_version version = { .dom = peer->domid };

    expect_gntst(size.status, GNTST_okay);
    expect_eq(size.nr_frames, 1);
    expect_eq(size.max_nr_frames, PEER_GRANT_FRAMES);

    expect_ok(hypercall_grant_table_op(GNTTABOP_get_version, &version, 1));
    expect_eq(version.version, gnttab_version());
}

PEER_CASE("query_size, setup_table, get_version: peer on dom0 -> GNTST_permission_denied or -EPERM")
{
    struct gnttab_query_size size = {
        .dom = gnt_self(), .status = GNT_UNTOUCHED,
    };
    struct gnttab_get_version version = { .dom = gnt_self(), .version = 99 };
    struct
    {
        domid_t dom;
        uint32_t nr_frames;
        int16_t status;
        uint32_t frame_list;
    } setup = { gnt_self(), 1, GNT_UNTOUCHED, PEER_ARGS + 512 };

    need_privilege_checks();

    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op, GNTTABOP_query_size,
                      &size, sizeof(size)));
    expect_gntst(size.status, GNTST_permission_denied);
    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op, GNTTABOP_setup_table,
                      &setup, sizeof(setup)));
    expect_gntst(setup.status, GNTST_permission_denied);
    expect_errno(peer_op(peer, __HYPERVISOR_grant_table_op,
                         GNTTABOP_get_version, &version, sizeof(version)),
                 -EPERM);
    expect_eq(version.version, 99);

    /* Any domain may query its own table, by DOMID_SELF or by its domid. */
    size.dom = DOMID_SELF;
    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op, GNTTABOP_query_size,
                      &size, sizeof(size)));
    expect_gntst(size.status, GNTST_okay);
    expect_eq(size.max_nr_frames, PEER_GRANT_FRAMES);
    size.dom = peer->domid;
    size.status = GNT_UNTOUCHED;
    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op, GNTTABOP_query_size,
                      &size, sizeof(size)));
    expect_gntst(size.status, GNTST_okay);
}

#ifdef CONFIG_PV
PEER_CASE("setup_table: dom0 on peer -> grows to peer's limit, GNTST_general_error beyond")
{
    unsigned long frames[PEER_GRANT_FRAMES + 1];
    struct gnttab_setup_table op = {
        .dom = peer->domid, .nr_frames = PEER_GRANT_FRAMES + 1,
        .status = GNT_UNTOUCHED, .frame_list = frames,
    };

    gnt_peer_spoilt(peer);
    expect_ok(hypercall_grant_table_op(GNTTABOP_setup_table, &op, 1));
    expect_gntst(op.status, GNTST_general_error);
    expect_eq(query_size(peer->domid).nr_frames, 1);

    op.nr_frames = PEER_GRANT_FRAMES;
    expect_ok(hypercall_grant_table_op(GNTTABOP_setup_table, &op, 1));
    expect_gntst(op.status, GNTST_okay);
    expect_eq(query_size(peer->domid).nr_frames, PEER_GRANT_FRAMES);
}
#endif

PEER_CASE("acquire_resource: grant frames of peer -> grows to peer's limit, -EINVAL beyond")
{
    struct xen_mem_acquire_resource op = {
        .domid = peer->domid, .type = XENMEM_resource_grant_table,
        .id = XENMEM_resource_grant_table_id_shared,
    };
    void *at = gnt_at();
    xen_pfn_t where = virt_to_gfn(at);
    uint8_t *last;

    gnt_peer_spoilt(peer);
    expect_ok(hypercall_memory_op(XENMEM_acquire_resource, &op));
    expect_eq(op.nr_frames, PEER_GRANT_FRAMES);

    expect_errno(acquire(peer->domid, XENMEM_resource_grant_table_id_shared,
                         PEER_GRANT_FRAMES, 1, &where), -EINVAL);
    expect_eq(query_size(peer->domid).nr_frames, 1);

    last = gnt_at();
    require_ok(foreign_map_grant_table(last, peer->domid,
                                       XENMEM_resource_grant_table_id_shared,
                                       PEER_GRANT_FRAMES - 1));
    expect_eq(query_size(peer->domid).nr_frames, PEER_GRANT_FRAMES);
    expect_fill(last, 0, PAGE_SIZE);
    expect_ok(foreign_unmap(last));
}

PEER_CASE("acquire_resource: second grant frame of peer -> entries in it can be mapped")
{
    struct gnttab_map_grant_ref map;
    grant_ref_t ref = PAGE_SIZE / (gnttab_version() == 1
                                   ? sizeof(grant_entry_v1_t)
                                   : sizeof(grant_entry_v2_t)) + 1;
    struct peer second = *peer;
    uint8_t *page = gnt_at(), *at = gnt_at();

    gnt_peer_spoilt(peer);
    require_ok(foreign_map_grant_table(page, peer->domid,
                                       XENMEM_resource_grant_table_id_shared,
                                       1));
    second.v1 = (void *)(page - PAGE_SIZE);
    second.v2 = (void *)(page - PAGE_SIZE);
    peer_publish(&second, ref, gnt_self(), PEER_PAGE_GFN(3),
                 GTF_permit_access);
    map = gnt_map_of_peer(peer, ref, GNTMAP_host_map, at);
    expect_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(peer_in_use(&second, ref), GTF_reading | GTF_writing);
    expect_fill(at, peer_fill(3), PAGE_SIZE);
    gnt_unmap_all();
    expect_hex(peer_in_use(&second, ref), 0);
    expect_ok(foreign_unmap(page));
}

PEER_CASE("acquire_resource: bad id, frame, count, or own domain -> error, nothing mapped")
{
    void *at = gnt_at();
    xen_pfn_t where = virt_to_gfn(at);
    const uint32_t id = XENMEM_resource_grant_table_id_shared;

    expect_errno(acquire(peer->domid, 2, 0, 1, &where), -EINVAL);
    expect_errno(acquire(peer->domid, id, 0, 0, &where), -EINVAL);
    expect_errno(acquire(peer->domid, id, 1ull << 32, 1, &where), -EINVAL);
    expect_errno(acquire(peer->domid, id, 0xffffffff, 1, &where), -EINVAL);
    expect_errno(acquire(NO_DOMAIN, id, 0, 1, &where), -ESRCH);
    expect_ne(acquire(DOMID_SELF, id, 0, 1, &where), 0);
    expect_ne(acquire(gnt_self(), id, 0, 1, &where), 0);
    if ( gnttab_version() == 1 )
        expect_errno(acquire(peer->domid,
                             XENMEM_resource_grant_table_id_status, 0, 1,
                             &where), -EINVAL);
    expect_false(gnt_present(at));
}

/*
 * Create a domain with these limits. NULL, and *rc the error, if Xen refuses.
 */
static struct peer *limited(int grant_frames, int maptrack_frames,
                            unsigned int version, int *rc)
{
    const struct peer_limits limits = {
        grant_frames, maptrack_frames, version,
    };
    struct peer *peer = NULL;

    *rc = peer_create_limited(&peer, &limits);

    return peer;
}

PEER_CASE("createdomain: no grant frame, grant version 0 or 3 -> -EINVAL")
{
    static const struct
    {
        int grant_frames, maptrack_frames;
        unsigned int version;
    } bad[] = {
        { 0, -1, 1 }, { 1, -1, 0 }, { 1, -1, 3 },
    };
    unsigned int i;
    int rc;

    (void)peer;

    for ( i = 0; i < ARRAY_SIZE(bad); ++i )
    {
        struct peer *made = limited(bad[i].grant_frames, bad[i].maptrack_frames,
                                  bad[i].version, &rc);

        expect_msg(rc == -EINVAL,
                   "createdomain with %d grant frames, %d maptrack frames and "
                   "version %u returned %d, expected -EINVAL",
                   bad[i].grant_frames, bad[i].maptrack_frames, bad[i].version,
                   rc);
        if ( made )
            peer_destroy(made);
    }
}

PEER_CASE("createdomain: 1 grant frame, no maptrack frame, version 1 -> GNTST_no_space, -ENOSYS for v2")
{
    grant_ref_t ref;
    struct gnttab_map_grant_ref map;
    struct gnttab_set_version version = { .version = 2 };
    struct peer *small;
    int rc;

    (void)peer;

    small = limited(1, 0, 1, &rc);
    require_ok(rc);

    ref = grant_to_peer(small, gnt_page[0], 0);
    expect_gntst(peer_map(small, ref, GNTMAP_host_map, 0, &map),
                 GNTST_no_space);
    expect_hex(gnttab_in_use(ref), 0);

    expect_eq(query_size(small->domid).max_nr_frames, 1);
    expect_errno(peer_op(small, __HYPERVISOR_grant_table_op,
                         GNTTABOP_set_version, &version, sizeof(version)),
                 -ENOSYS);
    expect_ok(peer_destroy(small));
}

/*
 * The number of mappings that a domain with this many maptrack frames can have.
 */
static unsigned int mappings_with(int maptrack_frames)
{
    static struct gnttab_map_grant_ref maps[100];
    const struct peer_limits limits = { 1, maptrack_frames, 1 };
    struct peer *peer;
    unsigned int nr = 0, i;
    bool full = false;

    if ( peer_create_limited(&peer, &limits) )
        return 0;

    while ( !full )
    {
        grant_ref_t ref = grant_to_peer(peer, gnt_page[0], 0);

        for ( i = 0; i < ARRAY_SIZE(maps); ++i )
            maps[i] = (struct gnttab_map_grant_ref) {
                .host_addr = PEER_HOLE_ADDR(nr + i), .flags = GNTMAP_host_map,
                .ref = ref, .dom = gnt_self(), .status = GNT_UNTOUCHED,
            };
        if ( peer_batch(peer, __HYPERVISOR_grant_table_op,
                        GNTTABOP_map_grant_ref, maps, sizeof(maps[0]),
                        ARRAY_SIZE(maps)) )
            break;

        for ( i = 0; i < ARRAY_SIZE(maps); ++i )
        {
            nr += maps[i].status == GNTST_okay;
            if ( maps[i].status != GNTST_okay )
            {
                full = true;
                expect_gntst(maps[i].status, GNTST_no_space);
            }
        }
    }
    expect_ok(peer_destroy(peer));

    return nr;
}

/*
 * A frame holds a fixed number of maptrack entries, of which Xen may reserve a
 * few in all. So the second frame adds no fewer than the first.
 */
GNTTAB_CASE_V1("map_grant_ref: peer with 1 or 2 maptrack frames -> GNTST_no_space, twice the mappings with 2")
{
    struct peer *peer = gnt_peer();
    unsigned int one, two;

    if ( !peer )
        return;

    one = mappings_with(1);
    expect_range(one, 1, PAGE_SIZE);
    two = mappings_with(2);
    if ( !two && gnt_maptrack_limited() )
        skip_case("needs gnttab_max_maptrack_frames=2 or more");
    expect_msg(two >= 2 * one && two < 3 * one,
               "a domain has %u mappings with 1 maptrack frame and %u with 2, "
               "expected twice as many", one, two);
}

/* The content of Xen's console ring. */
static char console[2][16384];

static unsigned int read_console(char *buf)
{
    xen_sysctl_t op = {};

    memset(buf, 0, sizeof(console[0]));
    op.u.readconsole.buffer.p = buf;
    op.u.readconsole.count = sizeof(console[0]);

    return xen_sysctl(XEN_SYSCTL_readconsole, &op)
        ? 0 : op.u.readconsole.count;
}

/* Only check that key 'g' prints something and changes no grant. */
PEER_CASE("debug key g: grants mapped in both directions -> something printed, no grant changes")
{
    xen_sysctl_t op = {};
    grant_ref_t ref = peer_grant(peer, 0, 0);
    grant_ref_t own = grant_to_peer(peer, gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref by_dom0 =
        gnt_map_of_peer(peer, ref, GNTMAP_host_map, at);
    struct gnttab_map_grant_ref by_peer;
    unsigned int before, after;

    require_gntst(gnt_map(&by_dom0), GNTST_okay);
    require_gntst(peer_map(peer, own, GNTMAP_host_map | GNTMAP_readonly, 0,
                           &by_peer), GNTST_okay);

    before = read_console(console[0]);
    op.u.debug_keys.keys.p = "g";
    op.u.debug_keys.nr_keys = 1;
    require_ok(xen_sysctl(XEN_SYSCTL_debug_keys, &op));
    after = read_console(console[1]);
    expect_msg(after != before || memcmp(console[0], console[1], after),
               "Xen's console ring is unchanged after debug key g, expected "
               "new output");

    expect_hex(peer_in_use(peer, ref), GTF_reading | GTF_writing);
    expect_hex(gnttab_in_use(own), GTF_reading);
    expect_fill(at, peer_fill(0), PAGE_SIZE);
    expect_gntst(peer_unmap(peer, &by_peer), GNTST_okay);
}
