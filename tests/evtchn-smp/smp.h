/*
 * Declarations that the files of this test share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef EVTCHN_SMP_H
#define EVTCHN_SMP_H

/** The number of the domain's vCPUs, at most SMP_MAX_VCPUS. */
unsigned int usable_vcpus(void);

/** For smp_call(): evtchn_deliver(). */
void deliver_here(void *arg);

#define need_vcpus(n)                                                   \
    if ( smp_nr_vcpus() < (n) )                                         \
        skip_case("needs %u vCPUs", n)

#endif /* EVTCHN_SMP_H */
