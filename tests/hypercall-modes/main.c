/**
 * @file tests/hypercall-modes/main.c
 * @ref test-hypercall-modes
 *
 * @page test-hypercall-modes Hypercalls: from other modes than the kernel's own
 *
 * Xen chooses between its 64- and 32-bit ABI by the width of the code segment
 * that an HVM guest makes the hypercall from, not by that of the guest; and it
 * takes hypercalls from the guest's kernel only.  Implementations forget the
 * former where arguments are structures, and the latter altogether (Linux
 * commit c2b8cdfaf3a6 has KVM refuse user mode).  Virtual-8086 mode is not
 * tried, since the runtime cannot come back from it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "Hypercalls: from other modes than the kernel's own";
