/*
 * What the peer does beside the test.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

struct peer *other;

/* Where in its page of arguments the peer has its requests. */
#define MAP_AT   0
#define UNMAP_AT 256
#define COPY_AT  512

static void *its_args(unsigned int at)
{
    return (uint8_t *)peer_args(other) + at;
}

static struct peer_request its_op(unsigned int cmd, unsigned int at)
{
    return (struct peer_request) {
        .call = __HYPERVISOR_grant_table_op, .args = { cmd, PEER_ARGS + at, 1 },
    };
}

void have_it_map(grant_ref_t ref)
{
    struct gnttab_map_grant_ref *map = its_args(MAP_AT);
    struct gnttab_unmap_grant_ref *unmap = its_args(UNMAP_AT);
    struct peer_request list[] = {
        its_op(GNTTABOP_map_grant_ref, MAP_AT),
        {
            .call = PEER_CALL_MOVE,
            .args = {
                0, sizeof(map->handle), 0,
                PEER_ARGS + MAP_AT + offsetof(typeof(*map), handle),
                PEER_ARGS + UNMAP_AT + offsetof(typeof(*unmap), handle),
            },
        },
        its_op(GNTTABOP_unmap_grant_ref, UNMAP_AT),
    };

    *map = (struct gnttab_map_grant_ref) {
        .host_addr = PEER_HOLE_ADDR(0), .flags = GNTMAP_host_map,
        .ref = ref, .dom = gnt_self(),
    };
    *unmap = (struct gnttab_unmap_grant_ref) { .host_addr = map->host_addr };
    peer_start(other, list, ARRAY_SIZE(list), true);
}

/* From now on it copies a page. */
static void have_it_copy(struct gnttab_copy_32 copy)
{
    struct peer_request request = its_op(GNTTABOP_copy, COPY_AT);

    copy.len = PAGE_SIZE;
    memcpy(its_args(COPY_AT), &copy, sizeof(copy));
    peer_start(other, &request, 1, true);
}

void have_it_copy_from(grant_ref_t ref)
{
    have_it_copy((struct gnttab_copy_32) {
        .source = { ref, gnt_self(), 0 },
        .dest = { PEER_PAGE_GFN(1), DOMID_SELF, 0 },
        .flags = GNTCOPY_source_gref,
    });
}

void have_it_copy_to(grant_ref_t ref)
{
    have_it_copy((struct gnttab_copy_32) {
        .source = { PEER_PAGE_GFN(1), DOMID_SELF, 0 },
        .dest = { ref, gnt_self(), 0 },
        .flags = GNTCOPY_dest_gref,
    });
}

void expect_it_ran(void)
{
    peer_finish(other);
    expect_ne(peer_rounds(other), 0);
}

int copy_from_it(grant_ref_t ref, const void *to, unsigned int len)
{
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = other->domid },
        .dest = { .u.gmfn = virt_to_gfn(to), .domid = DOMID_SELF },
        .len = len, .flags = GNTCOPY_source_gref,
        .status = GNT_UNTOUCHED,
    };
    long rc = hypercall_grant_table_op(GNTTABOP_copy, &op, 1);

    race_check(rc == 0, "copy returns %ld", rc);

    return op.status;
}
