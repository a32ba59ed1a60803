/*
 * What peer.S and those who have a peer run it agree on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_PEER_H
#define TOUCHSTONE_ARCH_PEER_H

#include <arch/page.h>

#include <xen/const.h>

/*
 * The peer's memory, by GFN: what it needs itself, pages for the test, and from
 * PEER_HOLE on nothing.
 */
#define PEER_GFN           xen_mk_uint(0x100)
#define PEER_CODE          (PEER_GFN << PAGE_SHIFT)
#define PEER_HYPERCALLS    (PEER_CODE + PAGE_SIZE)
#define PEER_MAILBOX       (PEER_CODE + 2 * PAGE_SIZE)
#define PEER_ARGS          (PEER_CODE + 3 * PAGE_SIZE)
#define PEER_OWN_PAGES     4
#define PEER_PAGES         4
#define PEER_ALL_PAGES     (PEER_OWN_PAGES + PEER_PAGES)
#define PEER_PAGE_GFN(i)   (PEER_GFN + PEER_OWN_PAGES + (i))
#define PEER_HOLE          xen_mk_uint(0x200)
#define PEER_HOLE_ADDR(i)  ((PEER_HOLE + (i)) << PAGE_SHIFT)

/* Offsets in struct peer_mailbox. */
#define PEER_MAIL_REQUEST  0
#define PEER_MAIL_DONE     4
#define PEER_MAIL_END      8
#define PEER_MAIL_REPEAT  12
#define PEER_MAIL_ROUNDS  16
#define PEER_MAIL_REASON  20
#define PEER_MAIL_LIST    24

/* Offsets in struct peer_request, and its size. */
#define PEER_REQ_CALL      0
#define PEER_REQ_ARGS      4
#define PEER_REQ_RESULT   24
#define PEER_REQ_SIZE     28

/* No hypercall: move args[1] bytes from args[3] to args[4]. */
#define PEER_CALL_MOVE    0x1000

#ifndef __ASSEMBLY__

#include <xtf/types.h>

/* The peer's code, for its page PEER_CODE. */
extern const uint8_t peer_code[], peer_code_end[];

#endif /* __ASSEMBLY__ */

#endif /* TOUCHSTONE_ARCH_PEER_H */
