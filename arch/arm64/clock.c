/*
 * System time.
 *
 * Xen tells an Arm guest none, except when it schedules a vCPU: in its runstate.
 * System time and the virtual counter run at one rate, so one moment of which
 * both are known is enough.  It is when a vCPU has just been woken up, and the
 * counter is read a little later: so what time_now() says is a little behind.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/atomic.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/vcpu.h>

#include <arch/lib.h>
#include <arch/setup.h>

#define NS_PER_S  1000000000ul
#define NS_PER_MS 1000000ul

/* System time when the counter was 0, which may be before Xen's. */
static int64_t start;

static uint64_t counter_ns(void)
{
    const uint64_t ticks = counter_ordered(), freq = read_sysreg(cntfrq_el0);

    return ticks / freq * NS_PER_S + ticks % freq * NS_PER_S / freq;
}

uint64_t arch_time_now(void)
{
    return counter_ns() + start;
}

/*
 * A poll until a time that is past yields to others, and Xen notes when this
 * vCPU runs again; one that ends by a timer does for certain.
 */
void arch_init_clock(void)
{
    static vcpu_runstate_info_t state __aligned(64);
    struct vcpu_register_runstate_memory_area area = { .addr.h = &state };
    struct sched_poll poll = {};
    uint64_t before;
    unsigned int i;

    if ( hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area) )
        panic("Xen does not tell the runstate\n");

    before = ACCESS_ONCE(state.state_entry_time);
    for ( i = 0; i < 100 && ACCESS_ONCE(state.state_entry_time) == before; ++i )
    {
        poll.timeout = before + (NS_PER_MS << min(i, 10u));
        hypercall_sched_op(SCHEDOP_poll, &poll);
        start = ACCESS_ONCE(state.state_entry_time) - counter_ns();
    }

    if ( ACCESS_ONCE(state.state_entry_time) == before )
        printk("Warning: system time is not known well\n");
}
