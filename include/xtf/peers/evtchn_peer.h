/*
 * Event channels between domain 0, which runs the test, and its peers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_PEERS_EVTCHN_PEER_H
#define XTF_PEERS_EVTCHN_PEER_H

#include <xtf/harness/evtchn_case.h>
#include <xtf/peers/peer.h>

/* The ports below this are checked, in either domain. */
#define NR_WATCHED 32

/**
 * Peer @p nr of the case, 0 or 1, with no port open and nothing pending.  It is
 * kept for the next case.  NULL if no peer can be made: the case then has its
 * verdict.
 */
struct peer *ev_peer(unsigned int nr);

/** The case destroys @p peer itself: the next case gets a new one. */
void ev_peer_ended(const struct peer *peer);

/**
 * evtchn_begin(@p abi) for domain 0, and ev_peer(0) as case_peer.
 * @return false if the case cannot go on; it then has a verdict.
 */
bool ev_peer_begin(unsigned int abi);

/*
 * Define cases with a peer, in which domain 0 uses each ABI, or the 2-level
 * ABI.  The body that follows has it as `struct peer *peer`.
 */
#define EV_PEER_CASE(name)                                              \
    XTF_PEER_BODY_OF(                                                   \
        XTF_CASE_ENTRY(name " (2-level)", ev_peer_begin, EVTCHN_2L)     \
        XTF_CASE_ENTRY(name " (FIFO)", ev_peer_begin, EVTCHN_FIFO))
#define EV_PEER_CASE_2L(name)                                           \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(name, ev_peer_begin, EVTCHN_2L))

/*
 * Operations that the peer calls, on its vCPU 0.  Those that open a port return
 * its number or -errno, the others 0 or -errno.
 */

/** EVTCHNOP_ @p cmd with a structure of @p size bytes; outputs go to *op. */
long peer_evtchn(struct peer *peer, unsigned int cmd, void *op, size_t size);

/** EVTCHNOP_alloc_unbound, EVTCHNOP_bind_interdomain and so on. */
long peer_evtchn_alloc(struct peer *peer, domid_t dom, domid_t remote);
long peer_evtchn_bind(struct peer *peer, domid_t remote, evtchn_port_t port);
long peer_evtchn_bind_virq(struct peer *peer, uint32_t virq);
long peer_evtchn_bind_ipi(struct peer *peer);
long peer_evtchn_close(struct peer *peer, evtchn_port_t port);
long peer_evtchn_send(struct peer *peer, evtchn_port_t port);
long peer_evtchn_reset(struct peer *peer, domid_t dom);

/**
 * Open a channel between domain 0 (port *ours) and the peer (port *its), with
 * nothing pending.  channel_of_peer(): domain 0 binds to an unbound port of the
 * peer; channel_of_ours(): the peer binds to an unbound port of domain 0.
 * @return false if that failed; the case has then failed, too.
 */
bool channel_of_peer(struct peer *peer, evtchn_port_t *ours,
                     evtchn_port_t *its);
bool channel_of_ours(struct peer *peer, evtchn_port_t *ours,
                     evtchn_port_t *its);

/** Clear all pending bits of the peer, or of domain 0. */
void peer_clear_pending(struct peer *peer);
void our_clear_pending(void);

/* Exactly this port is pending at the peer, or in domain 0; 0: no port. */
#define expect_pending_there(peer, port)                                \
    peer_expect_pending(XTF_WHERE("pending bits of the peer"), peer, port)
#define expect_pending_here(port)                                       \
    our_expect_pending(XTF_WHERE("pending bits of domain 0"), port)

/** What these call; domain 0's ports are checked below NR_WATCHED. */
bool peer_expect_pending(const struct xtf_where *w, struct peer *peer,
                         evtchn_port_t port);
bool our_expect_pending(const struct xtf_where *w, evtchn_port_t port);

/* The call fails with this errno and changes no port of either domain. */
#define expect_refused(peer, call, want)                                \
({                                                                      \
    const uint32_t here_ = evtchn_fingerprint();                        \
    const uint32_t there_ = peer_fingerprint(peer);                     \
                                                                        \
    expect_errno(call, want);                                           \
    xtf_expect_msg(XTF_WHERE(#call), here_ == evtchn_fingerprint(),     \
                   "%s changed a port of domain 0 although it failed",  \
                   #call);                                              \
    xtf_expect_msg(XTF_WHERE(#call), there_ == peer_fingerprint(peer),  \
                   "%s changed a port of the peer although it failed",  \
                   #call);                                              \
})

/**
 * evtchn_fingerprint() of the peer: changes with its ports below NR_WATCHED.
 */
uint32_t peer_fingerprint(struct peer *peer);

#endif /* XTF_PEERS_EVTCHN_PEER_H */
