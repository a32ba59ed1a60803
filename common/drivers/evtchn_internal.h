/*
 * Between the parts of the event channel driver.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef COMMON_EVTCHN_H
#define COMMON_EVTCHN_H

#include <xen/event_channel.h>

/** Log that @p port was delivered, and run its handler. */
void evtchn_take(evtchn_port_t port, unsigned int vector);

/** Give every vCPU a control block, and Xen the first page of words. */
int evtchn_fifo_start(unsigned int nr_vcpus);

/** Take everything that is ready on this vCPU. */
void evtchn_fifo_dispatch(unsigned int vector);

#endif /* COMMON_EVTCHN_H */
