/*
 * Argo between domain 0, which runs the test, and its peers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ARGO_PEER_FIXTURE_H
#define ARGO_PEER_FIXTURE_H

#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/needs.h>
#include <xtf/peers/peer.h>

/* All rings have two frames and, unless a case names another, this port. */
#define PORT    0x7e11
#define LEN     (2 * PAGE_SIZE - (uint32_t)sizeof(xen_argo_ring_t))
#define MAX_PAYLOAD ((uint32_t)ARGO_MAX_PAYLOAD(LEN))

/* Source port and type of all messages. */
#define FROM    0x1234
#define TYPE    0xabcd0001

/**
 * Peer number 0 or 1, with VIRQ_ARGO bound and no rings.  After the case its
 * rings are unregistered, and the next case gets the same peer if no page of
 * it is referenced.  NULL if there is none: the case has then a verdict.
 */
struct peer *argo_peer(unsigned int nr);

/* Define a case with peer 0. */
bool argo_peer_begin(unsigned int nr);
#define PEER_CASE(case_name)                                            \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(case_name, argo_peer_begin, 0))

/* The case destroys the peer itself. */
void argo_peer_ended(struct peer *peer);

/* Domain 0's rings: a single-partner ring and a wildcard ring. */
extern struct argo_ring ring, wildcard;

/** Register it for the running case.  False: the case has a verdict. */
bool open_ring(domid_t partner);
bool open_wildcard(void);

/*
 * The peer's rings, as domain 0 has their frames mapped: a single-partner ring
 * in the peer's pages 0 and 1, and a wildcard ring in its pages 2 and 3.
 */
extern struct argo_ring peer_ring, peer_wildcard;

bool open_peer_ring(struct peer *peer, domid_t partner);
bool open_peer_wildcard(struct peer *peer);

/** The peer calls unregister_ring.  @return what Xen returns. */
long peer_unregister(struct peer *peer, xen_argo_port_t aport,
                     domid_t partner);

/* The payload of all messages: a message has the first bytes of it. */
extern uint8_t payload[MAX_PAYLOAD + 1];

/** Domain 0 sends @p len bytes to port PORT of a domain. */
int send(domid_t domid, uint32_t len);

/**
 * The peer sends @p len bytes to port PORT of a domain.  The payload is in the
 * peer's pages 2 and 3, so the peer must not have a wildcard ring there.
 * @p source: domid of the source address.
 */
int peer_send(struct peer *peer, domid_t domid, uint32_t len);
int peer_send_as(struct peer *peer, domid_t source, domid_t domid,
                 uint32_t len);

/** The peer calls notify without a request. */
long peer_notify(struct peer *peer);

/** The peer calls notify for one ring.  @return what Xen returns. */
long peer_query(struct peer *peer, domid_t domid, xen_argo_port_t aport,
                uint32_t required, xen_argo_ring_data_ent_t *ent);

/** True if VIRQ_ARGO was raised for the peer since the last call. */
bool peer_virq_take(struct peer *peer);

/** Clear pending VIRQ_ARGO of all domains. */
void clear_events(void);

/** The next message in the ring is the first @p len bytes of payload[]. */
#define expect_message(r, source, len)                                  \
    check_message(XTF_WHERE(#r), r, source, len)
void check_message(const struct xtf_where *w, const struct argo_ring *r,
                   domid_t source, uint32_t len);

/** All messages in the ring have been received. */
#define expect_no_message(r)                                            \
do {                                                                    \
    const xen_argo_ring_t *header_ = argo_ring_header(r);               \
                                                                        \
    expect_hex(ACCESS_ONCE(header_->tx_ptr), header_->rx_ptr);          \
} while ( 0 )

/** Empty the ring by its rx_ptr, without a hypercall. */
void receive_all(const struct argo_ring *r);

#endif /* ARGO_PEER_FIXTURE_H */
