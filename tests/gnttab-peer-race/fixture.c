/*
 * Hypercalls that the peer repeats while the test runs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

struct peer *race_peer;

/* Offsets of the operations in the peer's page of arguments. */
#define MAP_AT   0
#define UNMAP_AT 256
#define COPY_AT  512

static void *peer_args_at(unsigned int at)
{
    return (uint8_t *)peer_args(race_peer) + at;
}

static struct peer_request peer_grant_op(unsigned int cmd, unsigned int at)
{
    return (struct peer_request) {
        .call = __HYPERVISOR_grant_table_op, .args = { cmd, PEER_ARGS + at, 1 },
    };
}

void peer_loop_map(grant_ref_t ref)
{
    struct gnttab_map_grant_ref *map = peer_args_at(MAP_AT);
    struct gnttab_unmap_grant_ref *unmap = peer_args_at(UNMAP_AT);
    struct peer_request list[] = {
        peer_grant_op(GNTTABOP_map_grant_ref, MAP_AT),
        {
            .call = PEER_CALL_MOVE,
            .args = {
                0, sizeof(map->handle), 0,
                PEER_ARGS + MAP_AT + offsetof(typeof(*map), handle),
                PEER_ARGS + UNMAP_AT + offsetof(typeof(*unmap), handle),
            },
        },
        peer_grant_op(GNTTABOP_unmap_grant_ref, UNMAP_AT),
    };

    *map = (struct gnttab_map_grant_ref) {
        .host_addr = PEER_HOLE_ADDR(0), .flags = GNTMAP_host_map,
        .ref = ref, .dom = gnt_self(),
    };
    *unmap = (struct gnttab_unmap_grant_ref) { .host_addr = map->host_addr };
    peer_start(race_peer, list, ARRAY_SIZE(list), true);
}

/* Have the peer copy a page over and over. */
static void peer_loop_copy(struct gnttab_copy_32 copy)
{
    struct peer_request request = peer_grant_op(GNTTABOP_copy, COPY_AT);

    copy.len = PAGE_SIZE;
    memcpy(peer_args_at(COPY_AT), &copy, sizeof(copy));
    peer_start(race_peer, &request, 1, true);
}

void peer_loop_copy_from(grant_ref_t ref)
{
    peer_loop_copy((struct gnttab_copy_32) {
        .source = { ref, gnt_self(), 0 },
        .dest = { PEER_PAGE_GFN(1), DOMID_SELF, 0 },
        .flags = GNTCOPY_source_gref,
    });
}

void peer_loop_copy_to(grant_ref_t ref)
{
    peer_loop_copy((struct gnttab_copy_32) {
        .source = { PEER_PAGE_GFN(1), DOMID_SELF, 0 },
        .dest = { ref, gnt_self(), 0 },
        .flags = GNTCOPY_dest_gref,
    });
}

void expect_peer_ran(void)
{
    peer_finish(race_peer);
    expect_ne(peer_rounds(race_peer), 0);
}

int copy_from_peer(grant_ref_t ref, const void *to, unsigned int len)
{
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = race_peer->domid },
        .dest = { .u.gmfn = virt_to_gfn(to), .domid = DOMID_SELF },
        .len = len, .flags = GNTCOPY_source_gref,
        .status = GNT_UNTOUCHED,
    };
    long rc = hypercall_grant_table_op(GNTTABOP_copy, &op, 1);

    race_check(rc == 0, "GNTTABOP_copy returned %ld, expected 0", rc);

    return op.status;
}
