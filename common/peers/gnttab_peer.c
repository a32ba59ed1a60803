/*
 * Grants between this domain and a peer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/peers/gnttab_peer.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/core/time.h>

/* What the running case does to its peers, by their order. */
static struct
{
    struct peer *peer;
    bool ended, spoilt;
} of_case[MAX_PEERS];

/* Peers that the next case can have, by the version of their grant table. */
static struct peer *idle[3];

static unsigned int index_of(const struct peer *peer)
{
    unsigned int i;

    for ( i = 0; i < MAX_PEERS && of_case[i].peer != peer; ++i )
        ;
    ASSERT(i < MAX_PEERS);

    return i;
}

static void destroy(struct peer *peer)
{
    int rc = peer_destroy(peer);

    expect_msg(rc == 0, "domain %u does not end (%d): something still refers "
               "to a page of it", peer->domid, rc);
}

/* For the next case, unless a page's references say that this one is over. */
static void keep(struct peer *peer)
{
    memset(peer->v1, 0, PAGE_SIZE);
    if ( !peer_renew(peer, "nothing maps it") )
        return;

    if ( idle[peer->version] )
        destroy(peer);
    else
        idle[peer->version] = peer;
}

static void end_peer(void *arg)
{
    struct peer *peer = arg;
    unsigned int i = index_of(peer);
    grant_ref_t ref;
    bool in_use = false;

    of_case[i].peer = NULL;
    if ( of_case[i].ended )
        return;

    gnt_unmap_all();

    for ( ref = 0; ref < PEER_REF(16); ++ref )
    {
        unsigned int use = peer_in_use(peer, ref);

        in_use |= use;
        if ( !xtf_case_skipped() )
            expect_msg(!use, "reference %u of domain %u is in use (%#x), and "
                       "nothing maps it", ref, peer->domid, use);
    }

    /* Destroying the domain ends the mappings that the case left. */
    if ( in_use || xtf_case_failed() || xtf_case_skipped() )
        peer_kill(peer);
    else if ( of_case[i].spoilt )
        destroy(peer);
    else
        keep(peer);
}

struct peer *gnt_peer(void)
{
    unsigned int version = gnttab_version(), i;
    struct peer *peer = idle[version] ?: peer_for_case();
    int rc;

    if ( !peer )
        return NULL;

    idle[version] = NULL;

    /* It may be in the place of one that the case has ended. */
    for ( i = 0; i < MAX_PEERS && of_case[i].peer != peer; ++i )
        ;
    if ( i == MAX_PEERS )
    {
        i = index_of(NULL);
        of_case[i].peer = peer;
        xtf_case_cleanup(end_peer, peer);
    }
    of_case[i].ended = of_case[i].spoilt = false;

    if ( version != peer->version )
    {
        rc = peer_set_version(peer, version);
        if ( rc )
        {
            xtf_case_error(XTF_HERE, "domain %u cannot have version %u "
                           "of the grant table: %d", peer->domid, version, rc);
            return NULL;
        }
    }

    for ( i = 0; i < PEER_PAGES; ++i )
        memset(peer->page[i], peer_fill(i), PAGE_SIZE);

    return peer;
}

bool gnt_peer_begin(unsigned int version)
{
    if ( !gnt_begin(version) )
        return false;

    case_peer = gnt_peer();

    return case_peer;
}

void gnt_peer_ended(struct peer *peer)
{
    of_case[index_of(peer)].ended = true;
}

void gnt_peer_spoilt(struct peer *peer)
{
    of_case[index_of(peer)].spoilt = true;
}

static void publish_header(struct peer *peer, grant_ref_t ref, domid_t domid,
                           unsigned int flags)
{
    grant_entry_header_t *hdr = peer->version == 1
        ? (grant_entry_header_t *)&peer->v1[ref] : &peer->v2[ref].hdr;

    ACCESS_ONCE(hdr->domid) = domid;
    smp_wmb();
    ACCESS_ONCE(hdr->flags) = flags;
}

void peer_publish(struct peer *peer, grant_ref_t ref, domid_t domid,
                  unsigned long gfn, unsigned int flags)
{
    if ( peer->version == 1 )
        peer->v1[ref].frame = gfn;
    else
        peer->v2[ref].full_page.frame = gfn;

    publish_header(peer, ref, domid, flags);
}

void peer_publish_transitive(struct peer *peer, grant_ref_t ref, domid_t domid,
                             domid_t trans_domid, grant_ref_t trans_ref)
{
    peer->v2[ref].transitive.trans_domid = trans_domid;
    peer->v2[ref].transitive.gref = trans_ref;
    publish_header(peer, ref, domid, GTF_transitive);
}

void peer_publish_sub_page(struct peer *peer, grant_ref_t ref, domid_t domid,
                           unsigned long gfn, uint16_t off, uint16_t len)
{
    peer->v2[ref].sub_page.page_off = off;
    peer->v2[ref].sub_page.length = len;
    peer->v2[ref].sub_page.frame = gfn;
    publish_header(peer, ref, domid, GTF_permit_access | GTF_sub_page);
}

grant_ref_t peer_grant(struct peer *peer, unsigned int i, unsigned int flags)
{
    peer_publish(peer, PEER_REF(i), gnt_self(), PEER_PAGE_GFN(i),
                 GTF_permit_access | flags);

    return PEER_REF(i);
}

unsigned int peer_in_use(const struct peer *peer, grant_ref_t ref)
{
    const grant_entry_header_t *hdr = peer->version == 1
        ? (const grant_entry_header_t *)&peer->v1[ref] : &peer->v2[ref].hdr;
    uint16_t word = peer->version == 1 ? ACCESS_ONCE(peer->v1[ref].flags)
                                       : ACCESS_ONCE(peer->status[ref]);

    /* Of a transfer, these bits mean something else. */
    if ( (ACCESS_ONCE(hdr->flags) & GTF_type_mask) == GTF_accept_transfer )
        return 0;

    return word & (GTF_reading | GTF_writing);
}

struct gnttab_map_grant_ref gnt_map_of_peer(struct peer *peer, grant_ref_t ref,
                                            uint32_t flags, const void *at)
{
    struct gnttab_map_grant_ref op = gnt_map_op(ref, flags, at);

    op.dom = peer->domid;

    return op;
}

int peer_map(struct peer *peer, grant_ref_t ref, uint32_t flags,
             unsigned int hole, struct gnttab_map_grant_ref *op)
{
    *op = (struct gnttab_map_grant_ref) {
        .host_addr = PEER_HOLE_ADDR(hole),
        .flags = flags,
        .ref = ref,
        .dom = gnt_self(),
        .status = GNT_UNTOUCHED,
        .handle = GNT_UNTOUCHED,
    };

    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op,
                      GNTTABOP_map_grant_ref, op, sizeof(*op)));

    return op->status;
}

int peer_unmap(struct peer *peer, const struct gnttab_map_grant_ref *map)
{
    struct gnttab_unmap_grant_ref op = {
        .host_addr = map->host_addr,
        .handle = map->handle,
        .status = GNT_UNTOUCHED,
    };

    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op,
                      GNTTABOP_unmap_grant_ref, &op, sizeof(op)));

    return op.status;
}

int peer_copy(struct peer *peer, struct gnttab_copy_32 *op)
{
    op->status = GNT_UNTOUCHED;
    expect_ok(peer_op(peer, __HYPERVISOR_grant_table_op, GNTTABOP_copy,
                      op, sizeof(*op)));

    return op->status;
}

grant_ref_t grant_to_peer(struct peer *peer, const void *va,
                          unsigned int flags)
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, peer->domid, virt_to_gfn(va),
                   GTF_permit_access | flags);

    return ref;
}
