/*
 * A peer with so many status frames that the list exceeds the area in which Xen
 * translates results for a 32-bit guest. The test grows the peer's table as a
 * toolstack can.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/peers/peer.h>

/* The area has two pages, and holds the request, too. */
#define NR_STATUS 1024
#define NR_FRAMES \
    (unsigned int)(NR_STATUS * GNTTAB_STATUS_PER_PAGE / GNTTAB_V2_PER_PAGE)

#define UNTOUCHED 0x5a5a5a5a5a5a5a5aull

static uint64_t list[NR_STATUS + 1];

static void destroy(void *peer)
{
    peer_destroy(peer);
}

/* By acquire_resource, since the list of setup_table exceeds the area, too. */
static int grow_table(domid_t domid)
{
    xen_pfn_t frame;
    struct xen_mem_acquire_resource op = {
        .domid = domid, .type = XENMEM_resource_grant_table,
        .id = XENMEM_resource_grant_table_id_shared,
        .frame = NR_FRAMES - 1, .nr_frames = 1, .frame_list = &frame,
    };

    return hypercall_memory_op(XENMEM_acquire_resource, &op);
}

/* Request nr frames. @return how many were written. */
static unsigned int get_frames(domid_t domid, unsigned int nr, int16_t *status)
{
    struct gnttab_get_status_frames op = {
        .nr_frames = nr, .dom = domid, .status = GNT_UNTOUCHED,
        .frame_list = list,
    };
    unsigned int i, written = 0;

    for ( i = 0; i < ARRAY_SIZE(list); ++i )
        list[i] = UNTOUCHED;

    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    *status = op.status;

    for ( i = 0; i < ARRAY_SIZE(list); ++i )
        written += list[i] != UNTOUCHED;

    return written;
}

CASE("XSA-382 get_status_frames: 1024 frames of peer -> GNTST_general_error, or all written")
{
    const struct peer_limits limits = {
        .grant_frames = NR_FRAMES, .maptrack_frames = -1, .version = 2,
    };
    struct peer *peer;
    unsigned int written;
    int16_t status;
    int rc = peer_create_limited(&peer, &limits);

    if ( rc == -EPERM || rc == -EOPNOTSUPP || rc == -EINVAL )
        skip_case("needs a peer with %u grant frames: domain 0, "
                  "gnttab_max_frames=%u, and HVM guests with nested paging",
                  NR_FRAMES, NR_FRAMES);
    require_ok(rc);
    xtf_case_cleanup(destroy, peer);
    require_ok(peer_set_version(peer, 2));
    if ( grow_table(peer->domid) )
        skip_case("needs memory for a table of %u frames", NR_FRAMES);

    /* Xen refuses, or lists all frames where the area is larger. */
    written = get_frames(peer->domid, NR_STATUS, &status);
    if ( status != GNTST_general_error )
        expect_gntst(status, GNTST_okay);
    expect_eq(written, status == GNTST_okay ? NR_STATUS : 0);

    /* As many as have always fitted. */
    written = get_frames(peer->domid, NR_STATUS - 4, &status);
    expect_gntst(status, GNTST_okay);
    expect_eq(written, NR_STATUS - 4);
}
