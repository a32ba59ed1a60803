/*
 * Argo between domain 0, which runs the test, and its peers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include "fixture.h"

#define NR_PEERS  2
#define NR_FRAMES 2

/* The address of the peer's shared info, and of a port's pending bit in it. */
#define SHARED_INFO     PEER_HOLE_ADDR(0)
#define PENDING(port)   (SHARED_INFO + 2048 + (port) / 8)

static uint8_t frames[2][NR_FRAMES][PAGE_SIZE] __page_aligned_bss;
struct argo_ring ring, wildcard, peer_ring, peer_wildcard;
uint8_t payload[MAX_PAYLOAD + 1];

static struct
{
    struct peer *peer;
    uint32_t virq_port;
    bool ended, has_ring, has_wildcard;
} peers[NR_PEERS];

static unsigned int index_of(const struct peer *peer)
{
    unsigned int i;

    for ( i = 0; i < NR_PEERS && peers[i].peer != peer; ++i )
        ;
    ASSERT(i < NR_PEERS);

    return i;
}

static long argo_op(struct peer *peer, unsigned int cmd, uint32_t arg1,
                    uint32_t arg2, uint32_t arg3, uint32_t arg4)
{
    return peer_hypercall(peer, __HYPERVISOR_argo_op,
                          (const uint32_t[5]){ cmd, arg1, arg2, arg3, arg4 });
}

/* Offset of the second argument in the peer's page of arguments. */
#define ARG2 256

static void *args_of(struct peer *peer, unsigned int off)
{
    return peer->own[(PEER_ARGS - PEER_CODE) / PAGE_SIZE] + off;
}

/* XENMEM_add_to_physmap of the shared info, in the layout of a 32-bit guest. */
static int map_shared_info(struct peer *peer)
{
    struct
    {
        domid_t domid;
        uint16_t size;
        uint32_t space, idx, gpfn;
    } op = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info,
        .gpfn = PEER_HOLE,
    };

    return peer_op(peer, __HYPERVISOR_memory_op, XENMEM_add_to_physmap,
                   &op, sizeof(op));
}

static bool make_peer(unsigned int nr)
{
    struct peer *peer = peer_for_case();
    struct evtchn_bind_virq bind = { .virq = VIRQ_ARGO };
    int rc;

    if ( !peer )
        return false;

    rc = map_shared_info(peer) ?:
        peer_op(peer, __HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq,
                &bind, sizeof(bind));
    if ( rc )
    {
        xtf_case_error(XTF_HERE, "mapping the shared info of domain %u "
                       "and binding VIRQ_ARGO returned %d", peer->domid, rc);
        peer_destroy(peer);
        return false;
    }

    peers[nr].peer = peer;
    peers[nr].virq_port = bind.port;

    return true;
}

static void end_peer(void *arg)
{
    struct peer *peer = arg;
    unsigned int nr = index_of(peer);

    if ( peers[nr].ended )
    {
        peers[nr].peer = NULL;
        return;
    }

    /* What the case did not get to undo ends with the domain. */
    if ( xtf_case_failed() || xtf_case_skipped() )
    {
        peer_kill(peer);
        peers[nr].peer = NULL;
        return;
    }

    if ( peers[nr].has_ring )
        peer_unregister(peer, PORT, peer_ring.partner);
    if ( peers[nr].has_wildcard )
        peer_unregister(peer, PORT, XEN_ARGO_DOMID_ANY);

    if ( !peer_renew(peer, "its rings are unregistered") )
        peers[nr].peer = NULL;
}

struct peer *argo_peer(unsigned int nr)
{
    unsigned int i;

    if ( !peers[nr].peer && !make_peer(nr) )
        return NULL;

    peers[nr].ended = peers[nr].has_ring = peers[nr].has_wildcard = false;
    xtf_case_cleanup(end_peer, peers[nr].peer);

    for ( i = 0; i < sizeof(payload); ++i )
        payload[i] = i * 7 + (i >> 8);
    clear_events();

    return peers[nr].peer;
}

bool argo_peer_begin(unsigned int nr)
{
    case_peer = argo_peer(nr);

    return case_peer;
}

void argo_peer_ended(struct peer *peer)
{
    peers[index_of(peer)].ended = true;
}

bool open_ring(domid_t partner)
{
    argo_ring_init(&ring, frames[0], PORT, partner, LEN);
    xtf_case_cleanup(argo_ring_close, &ring);

    return expect_ok(argo_ring_register(&ring, 0));
}

bool open_wildcard(void)
{
    argo_ring_init(&wildcard, frames[1], PORT, XEN_ARGO_DOMID_ANY, LEN);
    xtf_case_cleanup(argo_ring_close, &wildcard);

    if ( !argo_wildcard_allowed() )
    {
        xtf_case_skip("needs wildcard rings: " ARGO_WILDCARD_OPTION);
        return false;
    }

    return expect_ok(argo_ring_register(&wildcard, 0));
}

/* In the peer's pages from @p first on, the last one first as in domain 0. */
static long peer_register(struct peer *peer, const struct argo_ring *r,
                          unsigned int first)
{
    xen_argo_gfn_t *gfns = args_of(peer, ARG2);
    unsigned int i;

    *(xen_argo_register_ring_t *)args_of(peer, 0) = (xen_argo_register_ring_t) {
        .aport = r->aport, .partner_id = r->partner, .len = r->len,
    };
    for ( i = 0; i < NR_FRAMES; ++i )
        gfns[i] = PEER_PAGE_GFN(first + NR_FRAMES - 1 - i);

    return argo_op(peer, XEN_ARGO_OP_register_ring, PEER_ARGS,
                   PEER_ARGS + ARG2, NR_FRAMES, 0);
}

bool open_peer_ring(struct peer *peer, domid_t partner)
{
    argo_ring_init(&peer_ring, peer->page[0], PORT, partner, LEN);

    return peers[index_of(peer)].has_ring =
        expect_ok(peer_register(peer, &peer_ring, 0));
}

bool open_peer_wildcard(struct peer *peer)
{
    long rc;

    argo_ring_init(&peer_wildcard, peer->page[2], PORT, XEN_ARGO_DOMID_ANY,
                   LEN);
    rc = peer_register(peer, &peer_wildcard, 2);
    if ( rc == -EPERM )
    {
        xtf_case_skip("needs wildcard rings: " ARGO_WILDCARD_OPTION);
        return false;
    }

    return peers[index_of(peer)].has_wildcard = expect_ok(rc);
}

long peer_unregister(struct peer *peer, xen_argo_port_t aport,
                     domid_t partner)
{
    *(xen_argo_unregister_ring_t *)args_of(peer, 0) =
        (xen_argo_unregister_ring_t) { .aport = aport, .partner_id = partner };

    return argo_op(peer, XEN_ARGO_OP_unregister_ring, PEER_ARGS, 0, 0, 0);
}

int send(domid_t domid, uint32_t len)
{
    return argo_send(domid, PORT, FROM, payload, len, TYPE);
}

int peer_send_as(struct peer *peer, domid_t source, domid_t domid,
                 uint32_t len)
{
    /* The buffer in the layout of a 32-bit guest. */
    struct
    {
        uint32_t handle, len, pad;
    } *iov = args_of(peer, ARG2);

    ASSERT(!peers[index_of(peer)].has_wildcard && len <= sizeof(payload));
    memcpy(peer->page[2], payload, len);

    *(xen_argo_send_addr_t *)args_of(peer, 0) = (xen_argo_send_addr_t) {
        .src = { .aport = FROM, .domain_id = source },
        .dst = { .aport = PORT, .domain_id = domid },
    };
    iov->handle = PEER_PAGE_GFN(2) << PAGE_SHIFT;
    iov->len = len;
    iov->pad = 0;

    return argo_op(peer, XEN_ARGO_OP_sendv, PEER_ARGS, PEER_ARGS + ARG2,
                   len ? 1 : 0, TYPE);
}

int peer_send(struct peer *peer, domid_t domid, uint32_t len)
{
    return peer_send_as(peer, peer->domid, domid, len);
}

long peer_notify(struct peer *peer)
{
    return argo_op(peer, XEN_ARGO_OP_notify, 0, 0, 0, 0);
}

long peer_query(struct peer *peer, domid_t domid, xen_argo_port_t aport,
                uint32_t required, xen_argo_ring_data_ent_t *ent)
{
    xen_argo_ring_data_t *data = args_of(peer, 0);
    long rc;

    *data = (xen_argo_ring_data_t) { .nent = 1 };
    data->data[0] = (xen_argo_ring_data_ent_t) {
        .ring = { .aport = aport, .domain_id = domid },
        .space_required = required,
    };
    rc = argo_op(peer, XEN_ARGO_OP_notify, PEER_ARGS, 0, 0, 0);
    *ent = data->data[0];

    return rc;
}

bool peer_virq_take(struct peer *peer)
{
    uint32_t port = peers[index_of(peer)].virq_port;
    uint8_t pending, bit = 1u << (port % 8);

    peer_read(peer, PENDING(port), &pending, 1);
    if ( !(pending & bit) )
        return false;

    pending &= ~bit;
    peer_write(peer, PENDING(port), &pending, 1);

    return true;
}

void clear_events(void)
{
    unsigned int i;

    argo_virq_take();
    for ( i = 0; i < NR_PEERS; ++i )
        if ( peers[i].peer && !peers[i].ended )
            peer_virq_take(peers[i].peer);
}

void check_message(const struct xtf_where *w, const struct argo_ring *r,
                   domid_t source, uint32_t len)
{
    static uint8_t got[MAX_PAYLOAD];
    struct xen_argo_ring_message_header hdr;
    long rc = argo_receive(r, &hdr, got, sizeof(got));

    if ( !xtf_expect_msg(w, rc == (long)len, "receiving from %s returned %ld, "
                         "expected %u bytes", w->expr, rc, len) )
        return;

    xtf_expect_msg(w, hdr.source.domain_id == source &&
                   hdr.source.aport == FROM && !hdr.source.pad,
                   "message source is port %#x of domain %u (pad %#x), "
                   "expected port %#x of domain %u (pad 0)",
                   hdr.source.aport, hdr.source.domain_id, hdr.source.pad,
                   FROM, source);
    xtf_expect_msg(w, hdr.message_type == TYPE, "message type is %#x, "
                   "expected %#x", hdr.message_type, TYPE);
    xtf_expect_mem(w, got, payload, len);
}

void receive_all(const struct argo_ring *r)
{
    STORE_RELEASE(&argo_ring_header(r)->rx_ptr, argo_ring_header(r)->tx_ptr);
}
