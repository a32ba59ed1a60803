/*
 * What the parts of this test share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef EVTCHN_SMP_H
#define EVTCHN_SMP_H

/** How many vCPUs the domain has, of those that a test can use. */
unsigned int usable_vcpus(void);

/** For smp_call(): evtchn_deliver(). */
void deliver_here(void *arg);

#define need_vcpus(n)                                                   \
    if ( smp_nr_vcpus() < (n) )                                         \
        skip_case("the domain has fewer than %u vCPUs", n)

#endif /* EVTCHN_SMP_H */
