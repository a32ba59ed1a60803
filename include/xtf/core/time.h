/*
 * Time: Xen's system time, sleeping, and the one-shot timer of each vCPU.
 *
 * System time is in nanoseconds from when Xen booted.  It is the same on all
 * vCPUs where XEN_PVCLOCK_TSC_STABLE_BIT says so, and about the same elsewhere
 * (under an emulator of several processors, it may be seconds off).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_TIME_H
#define XTF_TIME_H

#include <xtf/types.h>

/* Durations in nanoseconds. */
#define MICROSECONDS(n)     ((uint64_t)(n) * 1000)
#define MILLISECONDS(n)     ((uint64_t)(n) * 1000000)
#define SECONDS(n)          ((uint64_t)(n) * 1000000000)

/** System time now.  Each architecture has its own way to it. */
uint64_t time_now(void);

/** Unix time in nanoseconds: shared_info's wall clock plus system time. */
uint64_t time_wallclock(void);

/**
 * Block until system time @p deadline, with upcalls off (else one of them may
 * end it early).  Other vCPUs run meanwhile.
 */
void time_sleep_until(uint64_t deadline);

/** time_sleep_until() @p ns from now. */
void time_sleep(uint64_t ns);

/*
 * Waiting for something that comes unless it is lost:
 *
 *     struct time_wait wait = {};
 *
 *     while ( !has_come() && time_wait(&wait) )
 *         ;
 */
struct time_wait
{
    uint64_t end, pause;
    unsigned int rounds;
};

/**
 * Block for a while, which grows from call to call so that those who wait do
 * not take what those who work need.
 * @return false if this was the last time: a minute is over, and a hundred
 *         calls, as Xen's clock may leap by more than that under an emulator.
 */
bool time_wait(struct time_wait *wait);

/**
 * Have VIRQ_TIMER raised on this vCPU at system time @p deadline, once; it
 * replaces one that was set before.  A deadline that is past raises it now.
 *
 * @return 0 or VCPUOP_set_singleshot_timer's -errno.
 */
int timer_set(uint64_t deadline);

/** No VIRQ_TIMER from timer_set() after this. */
int timer_stop(void);

#endif /* XTF_TIME_H */
