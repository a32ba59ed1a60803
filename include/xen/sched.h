/*
 * sched_op(cmd, arg): giving up the CPU, waiting for events, ending the domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_SCHED_H
#define XEN_SCHED_H

#include <xen/event_channel.h>

/* Sub-operations; behind each, what arg points at. */
#define SCHEDOP_yield           0 /* NULL */
#define SCHEDOP_block           1 /* NULL; unmasks upcalls, awaits an event. */
#define SCHEDOP_shutdown        2 /* sched_shutdown */
#define SCHEDOP_poll            3 /* sched_poll */
#define SCHEDOP_remote_shutdown 4 /* sched_remote_shutdown; privileged. */
#define SCHEDOP_shutdown_code   5 /* sched_shutdown; reason for a later end. */
#define SCHEDOP_watchdog        6 /* sched_watchdog */
#define SCHEDOP_pin_override    7 /* sched_pin_override; dom0 only. */

/* sched_shutdown.reason: what the toolstack shall make of it. */
#define SHUTDOWN_poweroff   0
#define SHUTDOWN_reboot     1
#define SHUTDOWN_suspend    2
#define SHUTDOWN_crash      3
#define SHUTDOWN_watchdog   4
#define SHUTDOWN_soft_reset 5
#define SHUTDOWN_MAX        5 /* The highest of these. */

#ifndef __ASSEMBLY__

struct sched_shutdown {
    unsigned int reason; /* SHUTDOWN_* */
};
typedef struct sched_shutdown sched_shutdown_t;

/*
 * Sleeps until one of the ports is pending (masked ones, too) or the time has
 * come. Upcalls should be masked. At most 128 ports, else -EINVAL; a port that
 * does not exist: -EINVAL.
 */
struct sched_poll {
    const evtchn_port_t *ports;
    unsigned int nr_ports;
    uint64_t timeout; /* System time in ns; 0: none. */
};
typedef struct sched_poll sched_poll_t;

struct sched_remote_shutdown {
    domid_t domain_id;
    unsigned int reason; /* SHUTDOWN_* */
};
typedef struct sched_remote_shutdown sched_remote_shutdown_t;

/*
 * id 0: start one, whose id the call returns; else restart it, or stop it with
 * timeout 0. A domain has two.
 */
struct sched_watchdog {
    uint32_t id;
    uint32_t timeout; /* In seconds. */
};
typedef struct sched_watchdog sched_watchdog_t;

struct sched_pin_override {
    int32_t pcpu; /* Negative: undo. */
};
typedef struct sched_pin_override sched_pin_override_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_SCHED_H */
