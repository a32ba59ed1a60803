/**
 * @file tests/time/main.c
 * @ref test-time
 *
 * @page test-time Time: system time and timers
 *
 * Xen's system time, which a guest computes from vcpu_time_info, and the timers
 * that are set in it.  A clock that steps back or a timer that fires early
 * breaks any guest.  The bound on lateness is loose: emulated time does not
 * depend on the work that is done in it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/irqflags.h>
#include <arch/mm.h>

const char test_title[] = "Time: system time and timers";

/*
 * SHORT and LONG are long enough that the instructions in between do not count,
 * even where an emulator counts a microsecond for each.  LATE allows for a busy
 * host.
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
        /* A PV guest starts with a periodic timer, also on VIRQ_TIMER. */
        hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL);
        timer_port = op.port;
        set_bit(timer_port, shared_info.evtchn_mask);
        xtf_case_cleanup(close_timer, NULL);
    }

    return rc;
}

/*
 * Poll for the timer.  @return the system time then, 0 if it did not fire.  An
 * event of the toolstack's, such as on the console's port, may end a poll.
 */
static uint64_t wait_timer(uint64_t at_most)
{
    struct sched_poll op = {
        .ports = &timer_port, .nr_ports = 1, .timeout = time_now() + at_most,
    };

    do {
        hypercall_sched_op(SCHEDOP_poll, &op);
    } while ( !test_bit(timer_port, shared_info.evtchn_pending) &&
              time_now() < op.timeout );

    return test_and_clear_bit(timer_port, shared_info.evtchn_pending) ?
        time_now() : 0;
}

CASE("vcpu_time_info: version -> even and not 0, tsc_to_system_mul not 0")
{
    vcpu_time_info_t info = time_info_snapshot(&this_vcpu_info()->time);

    expect_eq(info.version & 1, 0);
    expect_ne(info.version, 0);
    expect_ne(info.tsc_to_system_mul, 0);
}

CASE("system time: read 1000 times -> never less than before")
{
    uint64_t last = time_now(), back = 0;
    unsigned int i;

    for ( i = 0; i < 1000; ++i )
    {
        uint64_t now = time_now();

        back += now < last;
        last = now;
    }

    expect_msg(!back, "system time stepped back %llu times, expected 0",
               (unsigned long long)back);
}

CASE("system time: across SCHEDOP_yield -> advances")
{
    uint64_t before = time_now();

    hypercall_yield();
    expect_true(time_now() > before);
}

CASE("wall clock: read twice, 1 ms apart -> after 2020, advances by 1 ms")
{
    uint64_t first = time_wallclock();

    expect_true(first / SECONDS(1) > 1577836800);
    time_sleep(MILLISECONDS(1));
    expect_true(time_wallclock() >= first + MILLISECONDS(1));
}

CASE("time_sleep(): 5 ms -> not shorter")
{
    uint64_t start = time_now(), end;

    time_sleep(MILLISECONDS(5));
    end = time_now();

    expect_true(end - start >= MILLISECONDS(5));
    expect_true(end - start < LATE);
}

CASE("set_singleshot_timer: deadline in 200 ms -> VIRQ_TIMER raised, not before the deadline")
{
    uint64_t deadline, fired;
    unsigned int i;

    require_ok(bind_timer());

    for ( i = 0; i < 10; ++i )
    {
        deadline = time_now() + SHORT;
        require_ok(timer_set(deadline));
        fired = wait_timer(LATE);

        require_msg(fired, "VIRQ_TIMER not raised within 10 s");
        expect_msg(fired >= deadline,
                   "VIRQ_TIMER raised %llu ns before the deadline",
                   (unsigned long long)(deadline - fired));
    }
}

CASE("set_singleshot_timer: once -> VIRQ_TIMER raised once")
{
    require_ok(bind_timer());
    require_ok(timer_set(time_now() + MILLISECONDS(1)));

    expect_true(wait_timer(LATE));
    expect_false(wait_timer(LONG));
}

CASE("set_singleshot_timer: deadline in the past -> VIRQ_TIMER raised at once")
{
    require_ok(bind_timer());
    require_ok(timer_set(time_now() - 1));

    expect_true(test_bit(timer_port, shared_info.evtchn_pending));
}

CASE("set_singleshot_timer: second, later deadline -> raised once, not before the second")
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

CASE("stop_singleshot_timer: timer set -> VIRQ_TIMER not raised")
{
    require_ok(bind_timer());
    require_ok(timer_set(time_now() + SHORT));
    require_ok(timer_stop());

    expect_false(wait_timer(LONG));
}

CASE("set_singleshot_timer: VIRQ_TIMER not bound -> 0, not raised at a port bound later")
{
    expect_ok(timer_set(time_now() + MILLISECONDS(1)));
    time_sleep(MILLISECONDS(5));

    require_ok(bind_timer());
    expect_false(wait_timer(SHORT));
}

CASE("set_timer_op: deadline in 200 ms -> VIRQ_TIMER raised, not before the deadline")
{
    uint64_t deadline = time_now() + SHORT, fired;

    require_ok(bind_timer());
    require_ok(hypercall_set_timer_op(deadline));
    fired = wait_timer(LATE);

    require_true(fired);
    expect_true(fired >= deadline);
}

CASE("set_timer_op: 0, timer set -> VIRQ_TIMER not raised")
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

CASE("set_periodic_timer: 200 ms -> VIRQ_TIMER raised repeatedly until stop_periodic_timer")
{
    unsigned int i;

    require_ok(bind_timer());
    xtf_case_cleanup(stop_periodic, NULL);
    require_ok(set_periodic(SHORT));

    for ( i = 0; i < 5; ++i )
        require_msg(wait_timer(LATE), "tick %u of the periodic timer not "
                    "raised within 10 s", i);

    require_ok(hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
    wait_timer(MILLISECONDS(1));
    expect_false(wait_timer(LONG));
}

CASE("set_periodic_timer: period below 1 ms or negative, bad pointer -> -EINVAL, -EFAULT")
{
    expect_errno(set_periodic(MILLISECONDS(1) - 1), -EINVAL);
    expect_errno(set_periodic(0), -EINVAL);
    expect_errno(set_periodic(~0ull), -EINVAL);
    expect_errno(hypercall_vcpu_op(VCPUOP_set_periodic_timer, 0,
                                   UNMAPPED_POINTER), -EFAULT);
}

CASE("set_singleshot_timer, stop_singleshot_timer: vCPU does not exist -> -ENOENT")
{
    vcpu_set_singleshot_timer_t op = { .timeout_abs_ns = ~0ull };

    expect_errno(hypercall_vcpu_op(VCPUOP_set_singleshot_timer,
                                   smp_nr_vcpus(), &op), -ENOENT);
    expect_errno(hypercall_vcpu_op(VCPUOP_stop_singleshot_timer,
                                   smp_nr_vcpus(), NULL), -ENOENT);
}

CASE("register_vcpu_time_memory_area: area in guest memory -> area gives the same system time")
{
    static vcpu_time_info_t copy;
    struct vcpu_register_time_memory_area area = { .addr.v = &copy };
    vcpu_time_info_t info;
    uint64_t a, b;
    int rc = hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &area);

    if ( rc == -ENOSYS )
        skip_case("needs a PV guest: this Xen returns -ENOSYS to HVM guests");
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

CASE("get_runstate_info: before and after a sleep -> running, blocked time grows")
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
