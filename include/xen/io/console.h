/*
 * The PV console's ring page. The guest writes out and reads in; each index is
 * moved by its one owner, counts on without end and is taken modulo the ring's
 * size.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_IO_CONSOLE_H
#define XEN_IO_CONSOLE_H

#ifndef __ASSEMBLY__

#include <stdint.h>

typedef uint32_t XENCONS_RING_IDX;

#define MASK_XENCONS_IDX(idx, ring) ((idx) & (sizeof(ring) - 1))

struct xencons_interface {
    char in[1024];
    char out[2048];
    XENCONS_RING_IDX in_cons, in_prod;
    XENCONS_RING_IDX out_cons, out_prod;
};

#endif /* !__ASSEMBLY__ */

#endif /* XEN_IO_CONSOLE_H */
