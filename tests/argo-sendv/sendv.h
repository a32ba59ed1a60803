/*
 * Declarations that the files of this test share: a ring, and a check that a
 * failed sendv has no effect.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TEST_SENDV_H
#define TEST_SENDV_H

#include <xtf.h>
#include <xtf/drivers/argo.h>

#define PORT    0x600d
#define FROM    0xf00d
#define TYPE    0x7e57
#define LEN     (2 * PAGE_SIZE - sizeof(xen_argo_ring_t))

extern struct argo_ring ring;
extern uint8_t received[LEN];

/** Register ring for this domain's own messages, for the running case. */
bool open_ring(void);

/** From port FROM to port PORT of this domain. */
xen_argo_send_addr_t good_address(void);

/** Send a short message.  @return as argo_sendv(). */
int send_to(const xen_argo_send_addr_t *addr);

/** No message in the ring, no VIRQ_ARGO, and the next message is received. */
void expect_undisturbed(const struct xtf_where *w);

#define expect_refused(call, error)                                     \
do {                                                                    \
    argo_virq_take();                                                   \
    XTF_EXPECT_ERRNO(#call, call, error);                               \
    expect_undisturbed(XTF_WHERE(#call));                               \
} while ( 0 )

#endif /* TEST_SENDV_H */
