/**
 * @file tests/time/main.c
 * @ref test-time
 *
 * @page test-time System time and timers
 *
 * Xen's clock as a guest computes it from vcpu_time_info, and the timers that
 * go by it.  A clock that steps back or a timer that fires early breaks any
 * guest.  Lateness is only bounded loosely: under an emulator, time has
 * little to do with the work that is done in it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/irqflags.h>
#include <arch/mm.h>

const char test_title[] = "System time and timers";

/*
 * Times are long enough that what is done in between takes no part of them,
 * even where an emulator counts a microsecond an instruction; and how late
 * is too late allows for a host that is busy with something else.
 */
#define SHORT MILLISECONDS(200)
#define LONG  MILLISECONDS(600)
#define LATE  SECONDS(10)

static evtchn_port_t timer_port;

static void close_timer(void *arg)
{
    timer_stop();
    hypercall_evtchn_close(timer_port);
    clear_bit(timer_port, shared_info.evtchn_pending);
}

static int bind_timer(void)
{
    struct evtchn_bind_virq op = { .virq = VIRQ_TIMER };
    int rc = hypercall_event_channel_op(EVTCHNOP_bind_virq, &op);

    if ( !rc )
    {
        /* A PV guest is born with a periodic timer, which ticks here too. */
        hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL);
        timer_port = op.port;
        set_bit(timer_port, shared_info.evtchn_mask);
        xtf_case_cleanup(close_timer, NULL);
    }

    return rc;
}

/* Poll for the timer.  The system time afterwards, or 0 if it did not fire. */
static uint64_t wait_timer(uint64_t at_most)
{
    struct sched_poll op = {
        .ports = &timer_port, .nr_ports = 1, .timeout = time_now() + at_most,
    };

    hypercall_sched_op(SCHEDOP_poll, &op);

    return test_and_clear_bit(timer_port, shared_info.evtchn_pending) ?
        time_now() : 0;
}

CASE("time_info: the version is even, and the scale is there")
{
    vcpu_time_info_t info = time_info_snapshot(&this_vcpu_info()->time);

    expect_eq(info.version & 1, 0);
    expect_ne(info.version, 0);
    expect_ne(info.tsc_to_system_mul, 0);
}

CASE("system time: never goes back")
{
    uint64_t last = time_now(), back = 0;
    unsigned int i;

    for ( i = 0; i < 1000; ++i )
    {
        uint64_t now = time_now();

        back += now < last;
        last = now;
    }

    expect_eq(back, 0);
}

CASE("system time: goes on over a hypercall that gives way")
{
    uint64_t before = time_now();

    hypercall_yield();
    expect_true(time_now() > before);
}

CASE("wall clock: later than 2020, and goes on")
{
    uint64_t first = time_wallclock();

    expect_true(first / SECONDS(1) > 1577836800);
    time_sleep(MILLISECONDS(1));
    expect_true(time_wallclock() >= first + MILLISECONDS(1));
}

CASE("sleep: not shorter than asked for")
{
    uint64_t start = time_now(), end;

    time_sleep(MILLISECONDS(5));
    end = time_now();

    expect_true(end - start >= MILLISECONDS(5));
    expect_true(end - start < LATE);
}

CASE("one-shot timer: raises VIRQ_TIMER, not before the deadline")
{
    uint64_t deadline, fired;
    unsigned int i;

    require_ok(bind_timer());

    for ( i = 0; i < 10; ++i )
    {
        deadline = time_now() + SHORT;
        require_ok(timer_set(deadline));
        fired = wait_timer(LATE);

        require_msg(fired, "the timer never fired");
        expect_msg(fired >= deadline, "the timer fired %lluns early",
                   (unsigned long long)(deadline - fired));
    }
}

CASE("one-shot timer: fires once")
{
    require_ok(bind_timer());
    require_ok(timer_set(time_now() + MILLISECONDS(1)));

    expect_true(wait_timer(LATE));
    expect_false(wait_timer(LONG));
}

CASE("one-shot timer: a deadline that is past fires at once")
{
    require_ok(bind_timer());
    require_ok(timer_set(time_now() - 1));

    expect_true(test_bit(timer_port, shared_info.evtchn_pending));
}

CASE("one-shot timer: the last deadline counts")
{
    uint64_t deadline, fired;

    require_ok(bind_timer());

    deadline = time_now() + LONG;
    require_ok(timer_set(time_now() + SHORT));
    require_ok(timer_set(deadline));
    fired = wait_timer(LATE);

    require_true(fired);
    expect_true(fired >= deadline);
    expect_false(wait_timer(LONG));
}

CASE("one-shot timer: stopped, it does not fire")
{
    require_ok(bind_timer());
    require_ok(timer_set(time_now() + SHORT));
    require_ok(timer_stop());

    expect_false(wait_timer(LONG));
}

CASE("one-shot timer: without a bound port it is set and lost")
{
    expect_ok(timer_set(time_now() + MILLISECONDS(1)));
    time_sleep(MILLISECONDS(5));

    require_ok(bind_timer());
    expect_false(wait_timer(SHORT));
}

CASE("set_timer_op: the same timer, by the older hypercall")
{
    uint64_t deadline = time_now() + SHORT, fired;

    require_ok(bind_timer());
    require_ok(hypercall_set_timer_op(deadline));
    fired = wait_timer(LATE);

    require_true(fired);
    expect_true(fired >= deadline);
}

CASE("set_timer_op: 0 stops it")
{
    require_ok(bind_timer());
    require_ok(hypercall_set_timer_op(time_now() + SHORT));
    require_ok(hypercall_set_timer_op(0));

    expect_false(wait_timer(LONG));
}

static int set_periodic(uint64_t period_ns)
{
    vcpu_set_periodic_timer_t op = { .period_ns = period_ns };

    return hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0, &op);
}

static void stop_periodic(void *arg)
{
    hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL);
}

CASE("periodic timer: goes on until it is stopped")
{
    unsigned int i;

    require_ok(bind_timer());
    xtf_case_cleanup(stop_periodic, NULL);
    require_ok(set_periodic(SHORT));

    for ( i = 0; i < 5; ++i )
        require_msg(wait_timer(LATE), "no tick number %u", i);

    require_ok(hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
    wait_timer(MILLISECONDS(1));
    expect_false(wait_timer(LONG));
}

CASE("periodic timer: shorter than 1 ms is -EINVAL")
{
    expect_errno(set_periodic(MILLISECONDS(1) - 1), -EINVAL);
    expect_errno(set_periodic(0), -EINVAL);
    expect_errno(set_periodic(~0ull), -EINVAL);
    expect_errno(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0,
                                   UNMAPPED_POINTER), -EFAULT);
}

CASE("timers: of a vCPU that does not exist, -ENOENT")
{
    vcpu_set_singleshot_timer_t op = { .timeout_abs_ns = ~0ull };

    expect_errno(hypercall_vcpu_op(VCPUOP_set_singleshot_timer,
                                   smp_nr_vcpus(), &op), -ENOENT);
    expect_errno(hypercall_vcpu_op(VCPUOP_stop_singleshot_timer,
                                   smp_nr_vcpus(), NULL), -ENOENT);
}

CASE("time area: a second copy, with the same clock in it")
{
    static vcpu_time_info_t copy;
    struct vcpu_register_time_memory_area area = { .addr.v = &copy };
    vcpu_time_info_t info;
    uint64_t a, b;
    int rc = hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &area);

    if ( rc == -ENOSYS )
        skip_case("not offered to this kind of guest");
    require_ok(rc);

    info = time_info_snapshot(&copy);
    area.addr.v = NULL;
    hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &area);

    expect_ne(info.tsc_to_system_mul, 0);
    a = time_from_tsc(&info, rdtsc_ordered());
    b = time_now();
    expect_true(a <= b + MILLISECONDS(1));
    expect_true(b - a < LATE);
}

CASE("runstate: this vCPU runs, and its times add up")
{
    vcpu_runstate_info_t before, after;

    require_ok(hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, &before));
    time_sleep(SHORT);
    require_ok(hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, &after));

    expect_eq(after.state, RUNSTATE_running);
    expect_true(after.time[RUNSTATE_blocked] >
                before.time[RUNSTATE_blocked]);
    expect_true(after.state_entry_time > before.state_entry_time);
}
