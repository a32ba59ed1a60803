/*
 * Declarations that the files of this test share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef EVTCHN_SMP_H
#define EVTCHN_SMP_H

/** For smp_call(): evtchn_deliver(). */
void deliver_here(void *arg);

#endif /* EVTCHN_SMP_H */
