/*
 * What a test may know of, and do about, exceptions and upcalls.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_TRAPS_H
#define XTF_TRAPS_H

#include <arch/traps.h>

/* The page that Xen and the domain share; mapped before test_main() runs. */
extern shared_info_t shared_info;

/**
 * A test may define this to see exceptions that no exception table entry
 * covers.  True if it dealt with it, and the interrupted code goes on.
 */
bool do_unhandled_exception(struct cpu_regs *regs);

/**
 * Called when an event channel upcall arrives, with upcalls masked.  The
 * default acknowledges it and, after evtchn_start(), delivers what is pending
 * by <xtf/drivers/evtchn.h>; before that, it leaves pending ports pending.
 */
void do_evtchn(struct cpu_regs *regs);

/* PV: user mode executed SYSCALL or SYSENTER.  Both are errors by default. */
void do_syscall(struct cpu_regs *regs);
void do_sysenter(struct cpu_regs *regs);

#endif /* XTF_TRAPS_H */
