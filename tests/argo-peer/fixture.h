/*
 * Argo between this domain and a peer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ARGO_PEER_FIXTURE_H
#define ARGO_PEER_FIXTURE_H

#include <xtf.h>
#include <xtf/argo.h>
#include <xtf/peer.h>

/* All rings have this port, if a case does not say otherwise, and two frames. */
#define PORT    0x7e11
#define LEN     (2 * PAGE_SIZE - (uint32_t)sizeof(xen_argo_ring_t))
#define MOST    ((uint32_t)ARGO_MAX_PAYLOAD(LEN))

/* What messages are sent with. */
#define FROM    0x1234
#define TYPE    0xabcd0001

/**
 * A peer without rings, which has VIRQ_ARGO bound; peer number 0 or 1.  It has
 * no rings after the case, none of its memory is in use then, and the next case
 * gets it.  NULL, and the case skipped, if there can be none.
 */
struct peer *argo_peer(unsigned int nr);

/* Define a case with peer 0. */
bool argo_peer_begin(unsigned int nr);
#define PEER_CASE(case_name)                                            \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(case_name, argo_peer_begin, 0))

/* The case ends the peer itself. */
void argo_peer_ended(struct peer *peer);

/* This domain's rings: one for a partner, and one for anybody. */
extern struct argo_ring ring, wild;

/** Register either for the running case; false, if it cannot go on. */
bool open_ring(domid_t partner);
bool open_wild(void);

/* The peer's rings, in its pages 0 and 1, and in 2 and 3, as we see them. */
extern struct argo_ring theirs, their_wild;

bool open_theirs(struct peer *peer, domid_t partner);
bool open_their_wild(struct peer *peer);

/** The peer unregisters a ring.  @return Xen's answer. */
long peer_unregister(struct peer *peer, xen_argo_port_t aport,
                     domid_t partner);

/* A message: @p len bytes from this one on, the same at every sender. */
extern uint8_t payload[MOST + 1];

/** We send to port PORT of a domain. */
int send(domid_t domid, uint32_t len);

/**
 * The peer does; page 2 and 3 take the payload: not with a ring for anybody.
 * @p source: as whom.
 */
int peer_send(struct peer *peer, domid_t domid, uint32_t len);
int peer_send_as(struct peer *peer, domid_t source, domid_t domid,
                 uint32_t len);

/** The peer only looks for notifications to send. */
long peer_notify(struct peer *peer);

/** The peer asks for a ring.  @return Xen's answer. */
long peer_query(struct peer *peer, domid_t domid, xen_argo_port_t aport,
                uint32_t required, xen_argo_ring_data_ent_t *ent);

/** Did the peer get VIRQ_ARGO since the last call? */
bool peer_virq_take(struct peer *peer);

/** Forget the events so far, of all domains. */
void forget_events(void);

/** Next in the ring is a message of @p len bytes of payload from @p source. */
#define expect_message(r, source, len)                                  \
    check_message(XTF_WHERE(#r), r, source, len)
void check_message(const struct xtf_where *w, const struct argo_ring *r,
                   domid_t source, uint32_t len);

/** There is no message in the ring, whichever was taken before. */
#define expect_no_message(r)                                            \
do {                                                                    \
    const xen_argo_ring_t *header_ = argo_ring_header(r);               \
                                                                        \
    expect_hex(ACCESS_ONCE(header_->tx_ptr), header_->rx_ptr);          \
} while ( 0 )

/** The owner takes all messages, without a word to Xen. */
void receive_all(const struct argo_ring *r);

#endif /* ARGO_PEER_FIXTURE_H */
