/*
 * Declarations that the files of this test share: hooks of the functions that
 * an image can define once only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <xtf.h>

/* Called by do_unhandled_exception(); NULL leaves the exception unhandled. */
extern bool (*exception_hook)(struct cpu_regs *regs);

/* Called by do_evtchn() after it has acknowledged the upcall. */
extern void (*upcall_hook)(struct cpu_regs *regs);

/*
 * True under QEMU without KVM, whose emulation of x86 is inexact in places.  A
 * case may skip for that, but only where it observes the difference.
 */
bool on_qemu_tcg(void);

#endif /* SELFTEST_H */
