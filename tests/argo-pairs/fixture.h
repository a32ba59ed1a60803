/*
 * Cases about Argo between the domains of several roles.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ARGO_PAIRS_FIXTURE_H
#define ARGO_PAIRS_FIXTURE_H

#include <xtf/drivers/argo.h>
#include <xtf/harness/case.h>
#include <xtf/peers/roles.h>

enum { SERVER, CLIENT, OTHER };

#define PORT      0x4000
#define FROM      0x5000
#define RING_LEN  2048

/* How long an interrupt may take. */
#define LIMIT     SECONDS(20)

/* This role's ring, and a second one. */
extern struct argo_ring ring, ring2;

/**
 * Register the ring for port PORT; it is unregistered after the case.
 * @param partner  a domid, or XEN_ARGO_DOMID_ANY
 * @return false if that failed; the case has then a verdict.
 */
bool open_ring(domid_t partner);
bool open_ring2(domid_t partner);

/*
 * A message: a number, who sent it, and bytes by number, as many as number and
 * sender say, with their sum.
 */
#define MAX_MESSAGE 700

/** Send message @p number to a role's port PORT.  @return as argo_sendv(). */
int send_message(unsigned int to, unsigned int number);

/** True if a message of that length is number @p number of a role's. */
bool is_message(const void *buf, long len, unsigned int from,
                unsigned int number);

/** Wait until VIRQ_ARGO was raised since it was taken, and take it. */
bool wait_for_virq(void);

#ifndef XTF_FIXTURE
#define open_ring(partner)   XTF_CALL(open_ring(partner))
#define open_ring2(partner)  XTF_CALL(open_ring2(partner))
#endif

#endif /* ARGO_PAIRS_FIXTURE_H */
