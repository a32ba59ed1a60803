/*
 * Event channels between this domain and peers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef EVTCHN_PEER_FIXTURE_H
#define EVTCHN_PEER_FIXTURE_H

#include <xtf.h>
#include <xtf/peer.h>

/* Ports that the fixture looks at, in either domain. */
#define NR_WATCHED 32

/**
 * Peer @p nr of the case, below 2: with no port open and nothing pending.  The
 * next case that asks gets it, too.  NULL, and the case skipped: there is none.
 */
struct peer *ev_peer(unsigned int nr);

/* The case ends the peer itself: the next one gets another. */
void ev_peer_ended(const struct peer *peer);

/* Define a case with a peer, for both ABIs of ours, or just for 2-level. */
bool ev_peer_begin(unsigned int abi);
#define EV_PEER_CASE(name)                                              \
    XTF_PEER_BODY_OF(                                                   \
        XTF_CASE_ENTRY(name " (2-level)", ev_peer_begin, EVTCHN_2L)     \
        XTF_CASE_ENTRY(name " (FIFO)", ev_peer_begin, EVTCHN_FIFO))
#define EV_PEER_CASE_2L(name)                                           \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(name, ev_peer_begin, EVTCHN_2L))

/*
 * Operations of the peer's.  Those that make a port are its number, or -errno.
 */
long peer_evtchn(struct peer *peer, unsigned int cmd, void *op, size_t size);
long peer_alloc(struct peer *peer, domid_t dom, domid_t remote);
long peer_bind(struct peer *peer, domid_t remote, evtchn_port_t port);
long peer_bind_virq(struct peer *peer, uint32_t virq);
long peer_bind_ipi(struct peer *peer);
long peer_close(struct peer *peer, evtchn_port_t port);
long peer_send(struct peer *peer, evtchn_port_t port);
long peer_reset(struct peer *peer, domid_t dom);

/**
 * A channel between us and the peer that it offered, or that we did, with
 * nothing pending.  @return whether there is one; if not, the case has failed.
 */
bool channel_of_peer(struct peer *peer, evtchn_port_t *ours,
                     evtchn_port_t *its);
bool channel_of_ours(struct peer *peer, evtchn_port_t *ours,
                     evtchn_port_t *its);

/** Nothing is pending at the peer any more; nor here. */
void peer_clear_pending(struct peer *peer);
void our_clear_pending(void);

/* Just this port is pending there, or here; 0: none. */
#define expect_pending_there(peer, port)                                \
    peer_expect_pending(XTF_WHERE("what is pending there"), peer, port)
#define expect_pending_here(port)                                       \
    our_expect_pending(XTF_WHERE("what is pending here"), port)

bool peer_expect_pending(const struct xtf_where *w, struct peer *peer,
                         evtchn_port_t port);
bool our_expect_pending(const struct xtf_where *w, evtchn_port_t port);

/* The call fails with this error, and no port here or there has changed. */
#define expect_refused(peer, call, want)                                \
({                                                                      \
    const uint32_t here_ = evtchn_fingerprint();                        \
    const uint32_t there_ = peer_fingerprint(peer);                     \
                                                                        \
    expect_errno(call, want);                                           \
    xtf_expect_msg(XTF_WHERE(#call), here_ == evtchn_fingerprint(),     \
                   "%s changed a port of ours although it failed", #call); \
    xtf_expect_msg(XTF_WHERE(#call), there_ == peer_fingerprint(peer),  \
                   "%s changed a port of the peer's although it failed", \
                   #call);                                              \
})

uint32_t peer_fingerprint(struct peer *peer);

#endif /* EVTCHN_PEER_FIXTURE_H */
