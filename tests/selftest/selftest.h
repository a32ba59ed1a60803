/*
 * What the files of this test share: hooks for what the runtime calls by name,
 * once in an image.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <xtf.h>

/* Called by do_unhandled_exception(); none leaves it unhandled. */
extern bool (*exception_hook)(struct cpu_regs *regs);

/* Called by do_evtchn(), once it has acknowledged the upcall. */
extern void (*upcall_hook)(struct cpu_regs *regs);

/*
 * Is this QEMU without KVM?  Some corners of x86 are inexact there, which a
 * case may skip, if and only if it meets them.
 */
bool on_qemu_tcg(void);

#endif /* SELFTEST_H */
