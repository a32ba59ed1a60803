/*
 * Event channels between domain 0, which runs the test, and its peers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/peers/evtchn_peer.h>

/*
 * GFN offset at which the peer has its shared info page, and the offset of
 * evtchn_pending in that page.  That offset is the same in the layouts for 32-
 * and 64-bit guests: Xen may use either for the peer.
 */
#define SHARED_INFO    0
#define PENDING_OFFSET 0x800
#define PENDING_WORDS  32

#define PENDING_ADDR (PEER_HOLE_ADDR(SHARED_INFO) + PENDING_OFFSET)

BUILD_BUG_ON(offsetof(struct shared_info, evtchn_pending) != PENDING_OFFSET);

static struct peer *kept[2];

static bool show_shared_info(const struct peer *peer)
{
    struct xen_add_to_physmap op = {
        .domid = peer->domid,
        .space = XENMAPSPACE_shared_info,
        .gpfn = PEER_HOLE + SHARED_INFO,
    };
    long rc = hypercall_memory_op(XENMEM_add_to_physmap, &op);

    if ( rc )
        xtf_case_error(XTF_HERE, "XENMEM_add_to_physmap of the shared "
                       "info of domain %u returned %ld", peer->domid, rc);

    return !rc;
}

/* Of a case that ended early, the next one gets no peer. */
static void end_peer(void *arg)
{
    struct peer *peer = arg;
    unsigned int i;

    if ( !xtf_case_failed() && !xtf_case_skipped() )
        return;

    for ( i = 0; i < ARRAY_SIZE(kept); ++i )
        if ( kept[i] == peer )
        {
            kept[i] = NULL;
            peer_kill(peer);
        }
}

struct peer *ev_peer(unsigned int nr)
{
    struct peer *peer = kept[nr];
    long rc;

    if ( !peer )
    {
        peer = peer_for_case();
        if ( !peer )
            return NULL;
        if ( !show_shared_info(peer) )
        {
            peer_kill(peer);
            return NULL;
        }
        kept[nr] = peer;
    }

    xtf_case_cleanup(end_peer, peer);

    rc = peer_evtchn_reset(peer, DOMID_SELF);
    if ( rc )
    {
        xtf_expect(XTF_WHERE("the peer's EVTCHNOP_reset"), name_errno, rc, "",
                   0);
        return NULL;
    }
    peer_clear_pending(peer);

    return peer;
}

bool ev_peer_begin(unsigned int abi)
{
    if ( !evtchn_begin(abi) )
        return false;

    case_peer = ev_peer(0);

    return case_peer;
}

void ev_peer_ended(const struct peer *peer)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(kept); ++i )
        if ( kept[i] == peer )
            kept[i] = NULL;
}

long peer_evtchn(struct peer *peer, unsigned int cmd, void *op, size_t size)
{
    return peer_op(peer, __HYPERVISOR_event_channel_op, cmd, op, size);
}

long peer_evtchn_alloc(struct peer *peer, domid_t dom, domid_t remote)
{
    struct evtchn_alloc_unbound op = { .dom = dom, .remote_dom = remote };
    long rc = peer_evtchn(peer, EVTCHNOP_alloc_unbound, &op, sizeof(op));

    return rc ?: (long)op.port;
}

long peer_evtchn_bind(struct peer *peer, domid_t remote, evtchn_port_t port)
{
    struct evtchn_bind_interdomain op = {
        .remote_dom = remote, .remote_port = port,
    };
    long rc = peer_evtchn(peer, EVTCHNOP_bind_interdomain, &op, sizeof(op));

    return rc ?: (long)op.local_port;
}

long peer_evtchn_bind_virq(struct peer *peer, uint32_t virq)
{
    struct evtchn_bind_virq op = { .virq = virq };
    long rc = peer_evtchn(peer, EVTCHNOP_bind_virq, &op, sizeof(op));

    return rc ?: (long)op.port;
}

long peer_evtchn_bind_ipi(struct peer *peer)
{
    struct evtchn_bind_ipi op = { .vcpu = 0 };
    long rc = peer_evtchn(peer, EVTCHNOP_bind_ipi, &op, sizeof(op));

    return rc ?: (long)op.port;
}

long peer_evtchn_close(struct peer *peer, evtchn_port_t port)
{
    struct evtchn_close op = { .port = port };

    return peer_evtchn(peer, EVTCHNOP_close, &op, sizeof(op));
}

long peer_evtchn_send(struct peer *peer, evtchn_port_t port)
{
    struct evtchn_send op = { .port = port };

    return peer_evtchn(peer, EVTCHNOP_send, &op, sizeof(op));
}

long peer_evtchn_reset(struct peer *peer, domid_t dom)
{
    struct evtchn_reset op = { .dom = dom };

    return peer_evtchn(peer, EVTCHNOP_reset, &op, sizeof(op));
}

static bool is_port(const char *call, long port)
{
    return xtf_expect_msg(XTF_HERE, port > 0,
                          "%s returned %ld, expected a port", call, port);
}

static void clear_both(struct peer *peer)
{
    our_clear_pending();
    peer_clear_pending(peer);
}

bool channel_of_peer(struct peer *peer, evtchn_port_t *ours,
                     evtchn_port_t *its)
{
    long there = peer_evtchn_alloc(peer, DOMID_SELF, xtf_get_domid()), here;

    if ( !is_port("the peer's alloc_unbound", there) )
        return false;
    here = evtchn_bind_interdomain(peer->domid, there);
    if ( !is_port("bind_interdomain", here) )
        return false;

    *ours = here;
    *its = there;
    clear_both(peer);

    return true;
}

bool channel_of_ours(struct peer *peer, evtchn_port_t *ours,
                     evtchn_port_t *its)
{
    long here = evtchn_alloc_unbound(DOMID_SELF, peer->domid), there;

    if ( !is_port("alloc_unbound", here) )
        return false;
    there = peer_evtchn_bind(peer, xtf_get_domid(), here);
    if ( !is_port("the peer's bind_interdomain", there) )
        return false;

    *ours = here;
    *its = there;
    clear_both(peer);

    return true;
}

void peer_clear_pending(struct peer *peer)
{
    static const uint32_t none[PENDING_WORDS];

    peer_write(peer, PENDING_ADDR, none, sizeof(none));
}

void our_clear_pending(void)
{
    evtchn_port_t port;

    for ( port = 1; port < NR_WATCHED; ++port )
        evtchn_clear(port);
}

bool peer_expect_pending(const struct xtf_where *w, struct peer *peer,
                         evtchn_port_t port)
{
    uint32_t got[PENDING_WORDS], want[PENDING_WORDS] = {};

    if ( port )
        want[port / 32] |= 1u << (port % 32);
    peer_read(peer, PENDING_ADDR, got, sizeof(got));

    return xtf_expect_mem(w, got, want, sizeof(want));
}

bool our_expect_pending(const struct xtf_where *w, evtchn_port_t port)
{
    uint32_t got = 0;
    evtchn_port_t p;

    for ( p = 1; p < NR_WATCHED; ++p )
        got |= (uint32_t)evtchn_is_pending(p) << p;

    return xtf_expect(w, name_hex, got, "", port ? 1u << port : 0);
}

uint32_t peer_fingerprint(struct peer *peer)
{
    uint32_t pending[PENDING_WORDS], hash = 0;
    unsigned int i;

    for ( i = 1; i < NR_WATCHED; ++i )
    {
        evtchn_status_t s = { .dom = peer->domid, .port = i };
        long rc = hypercall_evtchn_status(&s);

        hash = hash * 31 + (rc ? rc : (long)s.status);
        if ( !rc && s.status != EVTCHNSTAT_closed )
            hash = hash * 31 + (s.vcpu ^ (s.u.interdomain.dom << 8) ^
                                (s.u.interdomain.port << 20));
    }

    peer_read(peer, PENDING_ADDR, pending, sizeof(pending));
    for ( i = 0; i < PENDING_WORDS; ++i )
        hash = hash * 31 + pending[i];

    return hash;
}
