/*
 * Xen's system time, and timers by it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/core/smp.h>
#include <xtf/core/time.h>
#include <xtf/framework.h>
#include <xtf/traps.h>

uint64_t time_now(void)
{
    return arch_time_now();
}

uint64_t time_wallclock(void)
{
    const volatile shared_info_t *s = &shared_info;
    uint32_t version;
    uint64_t ns;

    do {
        version = LOAD_ACQUIRE(&s->wc_version);
        ns = (((uint64_t)s->xen_wc_sec_hi << 32) | s->wc_sec) * SECONDS(1) +
            s->wc_nsec;
        smp_rmb();
    } while ( (version & 1) || version != s->wc_version );

    return ns + time_now();
}

void time_sleep_until(uint64_t deadline)
{
    struct sched_poll op = { .timeout = deadline };

    while ( time_now() < deadline )
        hypercall_sched_op(SCHEDOP_poll, &op);
}

void time_sleep(uint64_t ns)
{
    time_sleep_until(time_now() + ns);
}

#define MAX_WAIT   SECONDS(60)
#define MIN_ROUNDS 100
#define MIN_PAUSE  MILLISECONDS(1)
#define MAX_PAUSE  MILLISECONDS(200)

bool time_wait(struct time_wait *wait)
{
    uint64_t now = time_now();
    struct sched_poll op;

    if ( !wait->rounds++ )
        *wait = (struct time_wait) {
            .end = now + MAX_WAIT, .pause = MIN_PAUSE, .rounds = 1,
        };

    /*
     * To block does what SCHEDOP_yield only hints at: a scheduler may well
     * pick the one that yields again.
     */
    op = (struct sched_poll) { .timeout = now + wait->pause };
    hypercall_sched_op(SCHEDOP_poll, &op);
    wait->pause = min(wait->pause * 2, MAX_PAUSE);

    return now < wait->end || wait->rounds < MIN_ROUNDS;
}

int timer_set(uint64_t deadline)
{
    vcpu_set_singleshot_timer_t op = { .timeout_abs_ns = deadline };

    return hypercall_vcpu_op(VCPUOP_set_singleshot_timer, this_vcpu(), &op);
}

int timer_stop(void)
{
    return hypercall_vcpu_op(VCPUOP_stop_singleshot_timer, this_vcpu(), NULL);
}
