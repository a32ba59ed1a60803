/*
 * Declarations that the files of this test share: valid arguments, and a check
 * that a failed call left no ring.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TEST_REGISTER_H
#define TEST_REGISTER_H

#include <xtf.h>
#include <xtf/drivers/argo.h>

#include <arch/mm.h>

#define PORT        7
#define NR_FRAMES   4
#define LEN         (2 * PAGE_SIZE - sizeof(xen_argo_ring_t))

extern uint8_t frames[NR_FRAMES][PAGE_SIZE];
extern uint8_t others[NR_FRAMES][PAGE_SIZE];
extern struct argo_ring ring, again;
extern xen_argo_gfn_t gfns[ARGO_MAX_FRAMES + 1];

/** A valid request for two frames, listed in gfns[]. */
xen_argo_register_ring_t good_request(void);

/** Initialise `ring`, which the running case registers. */
void open_ring(domid_t partner, uint32_t len);

/** Send to PORT.  @return as argo_send(). */
int send(const void *msg, uint32_t len);

/* There is no ring at PORT for this domain. */
#define expect_no_ring()                                                \
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT)

#define expect_refused(reg, nr, flags, error)                           \
do {                                                                    \
    XTF_EXPECT_ERRNO("argo_register(&" #reg ", gfns, " #nr ", " #flags ")", \
                     argo_register(&(reg), gfns, nr, flags), error);    \
    expect_no_ring();                                                   \
    expect_fill(frames, 0, sizeof(frames));                             \
} while ( 0 )

#endif /* TEST_REGISTER_H */
