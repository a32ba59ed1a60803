/*
 * A second domain, made by the test itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/harness/case.h>
#include <xtf/mm/foreign.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>
#include <xtf/peers/create.h>
#include <xtf/peers/peer.h>
#include <xtf/core/time.h>
#include <xtf/core/xen_info.h>

#include "internal.h"

static uint8_t memory[MAX_PEERS][PEER_ALL_PAGES][PAGE_SIZE] __page_aligned_bss;
static uint8_t tables[MAX_PEERS][2][PAGE_SIZE] __page_aligned_bss;
static struct peer peers[MAX_PEERS];

struct peer *case_peer;

int peer_domctl(const struct peer *peer, unsigned int cmd, xen_domctl_t *op)
{
    return xen_domctl(cmd, peer->domid, op);
}

int peer_simple_domctl(const struct peer *peer, unsigned int cmd)
{
    return domain_do(peer->domid, cmd);
}

bool peer_info(const struct peer *peer, struct xen_domctl_getdomaininfo *info)
{
    return domain_info(peer->domid, info);
}

bool peer_wait_until(bool (*holds)(const struct peer *peer),
                     const struct peer *peer)
{
    struct time_wait wait = {};

    while ( !holds(peer) && time_wait(&wait) )
        ;

    return holds(peer);
}

static int give_memory(struct peer *peer)
{
    xen_pfn_t gfns[PEER_ALL_PAGES];
    struct xen_memory_reservation op = {
        .extent_start = gfns,
        .nr_extents = PEER_ALL_PAGES,
        .domid = peer->domid,
    };
    unsigned int i;

    for ( i = 0; i < PEER_ALL_PAGES; ++i )
        gfns[i] = PEER_GFN + i;

    return hypercall_memory_op(XENMEM_populate_physmap, &op) == PEER_ALL_PAGES
        ? 0 : -ENOMEM;
}

static int map_memory(struct peer *peer)
{
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < PEER_ALL_PAGES; ++i )
        rc = foreign_map(peer->own[i], peer->domid, PEER_GFN + i);

    /* In a domain 0 with shadow paging, such memory can only be read. */
    if ( !rc && gnt_probe_write(peer->own[0], 0) )
        rc = -EOPNOTSUPP;

    return rc ?: foreign_map_grant_table(
        peer->v1, peer->domid, XENMEM_resource_grant_table_id_shared, 0);
}

static void unmap_memory(struct peer *peer)
{
    unsigned int i;

    for ( i = 0; i < PEER_ALL_PAGES; ++i )
        foreign_unmap(peer->own[i]);
    foreign_unmap(peer->v1);
    if ( peer->status_mapped )
        foreign_unmap(peer->status);
    peer->status_mapped = false;
}

/* From the first instruction of peer_code. */
static int set_vcpu(struct peer *peer)
{
    static uint64_t context[DOMCTL_VCPU_CONTEXT_SIZE / sizeof(uint64_t)];
    xen_domctl_t op = { .u.vcpucontext.vcpu = 0 };

    context[DOMCTL_VCPU_CONTEXT_FLAGS / 8] = VGCF_online;
    context[DOMCTL_VCPU_CONTEXT_RIP / 8] = PEER_CODE;
    context[DOMCTL_VCPU_CONTEXT_RFLAGS / 8] = 2; /* Just what is always set. */
    op.u.vcpucontext.ctxt.p = context;

    return peer_domctl(peer, XEN_DOMCTL_setvcpucontext, &op);
}

/* The places where a peer's memory is shown, empty from the first use on. */
static int find_room(struct peer *peer, unsigned int nr)
{
    unsigned int i;
    int rc = 0;

    if ( peer->own )
        return 0;

    for ( i = 0; !rc && i < PEER_ALL_PAGES; ++i )
        rc = page_vacate(memory[nr][i]);
    for ( i = 0; !rc && i < ARRAY_SIZE(tables[nr]); ++i )
        rc = page_vacate(tables[nr][i]);

    peer->own = memory[nr];
    peer->page = &memory[nr][PEER_OWN_PAGES];
    peer->v1 = (void *)tables[nr][0];
    peer->v2 = (void *)tables[nr][0];
    peer->status = (void *)tables[nr][1];

    return rc;
}

int peer_create_limited(struct peer **new, const struct peer_limits *limits)
{
    const struct domain_config config = {
        .hvm = true, .hap = true, .vcpus = 1, .memory_kb = 4096,
        .grant_frames = limits->grant_frames,
        .maptrack_frames = limits->maptrack_frames,
        .grant_version = limits->version,
    };
    unsigned int nr;
    struct peer *peer;
    int rc;

    for ( nr = 0; nr < MAX_PEERS && peers[nr].created; ++nr )
        ;
    if ( nr == MAX_PEERS )
        return -ENOSPC;
    peer = &peers[nr];

    rc = find_room(peer, nr) ?: domain_create(&config, &peer->domid);
    if ( rc )
        return rc;

    rc = give_memory(peer) ?: map_memory(peer);
    if ( !rc )
    {
        memcpy(peer->own[0], peer_code, peer_code_end - peer_code);
        rc = set_vcpu(peer);
    }
    if ( rc )
    {
        peer_simple_domctl(peer, XEN_DOMCTL_destroydomain);
        unmap_memory(peer);
        return rc;
    }

    peer->created = true;
    peer->has_run = false;
    peer->version = 1;
    *new = peer;

    return 0;
}

int peer_create(struct peer **new)
{
    struct peer_limits limits = {
        .grant_frames = PEER_GRANT_FRAMES, .maptrack_frames = -1, .version = 2,
    };
    int rc = peer_create_limited(new, &limits);

    /* Xen does not say what it is that it lacks. */
    if ( rc == -EINVAL )
    {
        limits.version = 1;
        rc = peer_create_limited(new, &limits);
    }

    return rc == -EINVAL ? -EOPNOTSUPP : rc;
}

struct peer *peer_for_case(void)
{
    struct peer *peer = NULL;
    int rc = peer_create(&peer);

    if ( rc == -EPERM )
        xtf_case_skip("needs domain 0: the test creates a second domain with "
                      "XEN_DOMCTL_createdomain");
    else if ( rc == -EOPNOTSUPP && !domctl_known() )
        xtf_case_skip("needs a second domain, and this Xen's "
                      "XEN_DOMCTL_INTERFACE_VERSION is %#x; known are %#x to "
                      "%#x (Xen 4.17 to 4.22)",
                      xen_domctl_version(), DOMCTL_OLDEST_KNOWN,
                      DOMCTL_NEWEST_KNOWN);
    else if ( rc == -EOPNOTSUPP )
        xtf_case_skip("needs a second domain, an HVM guest with nested "
                      "paging: CONFIG_HVM=y, hap=1 (dom0=pvh without shadow, "
                      "if domain 0 is PVH)");
    else if ( rc )
        xtf_case_error(XTF_HERE, "XEN_DOMCTL_createdomain, or giving the "
                       "domain memory, is %d, expected 0", rc);

    return peer;
}

int peer_replace_pages(struct peer *peer)
{
    uint64_t had = peer_memory(peer);
    xen_pfn_t gfns[PEER_PAGES];
    struct xen_memory_reservation op = {
        .extent_start = gfns, .nr_extents = PEER_PAGES, .domid = peer->domid,
    };
    bool kept;
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < PEER_PAGES; ++i )
    {
        gfns[i] = PEER_PAGE_GFN(i);
        rc = foreign_unmap(peer->page[i]);
    }
    if ( rc ||
         hypercall_memory_op(XENMEM_decrease_reservation, &op) != PEER_PAGES )
        return rc ?: -EINVAL;

    /* A page that something refers to is the domain's as long. */
    kept = peer_memory(peer) != had - PEER_PAGES;

    if ( hypercall_memory_op(XENMEM_populate_physmap, &op) != PEER_PAGES )
        return -ENOMEM;
    for ( i = 0; !rc && i < PEER_PAGES; ++i )
        rc = foreign_map(peer->page[i], peer->domid, PEER_PAGE_GFN(i));

    return rc ?: kept ? -EBUSY : 0;
}

bool peer_renew(struct peer *peer, const char *unused)
{
    int rc = peer_replace_pages(peer);

    if ( !rc )
        return true;

    if ( rc == -EBUSY )
        expect_msg(false, "a page of domain %u is still referenced, and %s",
                   peer->domid, unused);
    else
        xtf_case_error(XTF_HERE, "domain %u gets no new pages: %d",
                       peer->domid, rc);
    peer_kill(peer);

    return false;
}

uint64_t peer_memory(const struct peer *peer)
{
    struct xen_domctl_getdomaininfo info;

    return peer_info(peer, &info) ? info.tot_pages : 0;
}

int peer_limit_memory(const struct peer *peer, uint64_t pages)
{
    xen_domctl_t op = { .u.max_mem.max_memkb = pages * (PAGE_SIZE / 1024) };

    return peer_domctl(peer, XEN_DOMCTL_max_mem, &op);
}

int peer_pause(const struct peer *peer)
{
    return peer_simple_domctl(peer, XEN_DOMCTL_pausedomain);
}

int peer_unpause(const struct peer *peer)
{
    return peer_simple_domctl(peer, XEN_DOMCTL_unpausedomain);
}

int peer_kill(struct peer *peer)
{
    unmap_memory(peer);
    peer->created = peer->busy = false;

    return peer_simple_domctl(peer, XEN_DOMCTL_destroydomain);
}

bool peer_exists(const struct peer *peer)
{
    struct xen_domctl_getdomaininfo info;

    return peer_info(peer, &info);
}

static bool is_gone(const struct peer *peer)
{
    return !peer_exists(peer);
}

int peer_wait_gone(const struct peer *peer)
{
    return peer_wait_until(is_gone, peer) ? 0 : -EBUSY;
}

int peer_destroy(struct peer *peer)
{
    return peer_kill(peer) ?: peer_wait_gone(peer);
}
