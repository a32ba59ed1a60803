/*
 * Declarations that the files of this test share: rings of this domain, to
 * which it sends itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TEST_NOTIFY_H
#define TEST_NOTIFY_H

#include <xtf.h>
#include <xtf/drivers/argo.h>

#define PORT    0x7e11
#define LEN     4096
#define MAX_PAYLOAD ((uint32_t)ARGO_MAX_PAYLOAD(LEN))

extern struct argo_ring ring, other;
extern uint8_t payload[LEN];

/** Register `ring` at PORT, or `other` at @p aport, for the running case. */
bool open_ring(domid_t partner);
bool open_other(xen_argo_port_t aport, domid_t partner, uint32_t len);

/** Send @p len bytes to PORT.  @return as argo_send(). */
int send(uint32_t len);

/** Empty the ring by its rx_ptr, without a hypercall. */
void receive_all(struct argo_ring *r);

#endif /* TEST_NOTIFY_H */
