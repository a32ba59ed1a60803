/**
 * @file tests/timer-edges/main.c
 * @ref test-timer-edges
 *
 * @page test-timer-edges Time: deadlines at the edges, periods, timers of other vCPUs
 *
 * A guest whose clock wraps asks for a timer that is years ahead, or before
 * the boot.  Xen must raise VIRQ_TIMER soon in either case, because the guest
 * sleeps until it comes.  A periodic timer counts only while its vCPU runs, so
 * the cases about periods do not block.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/lib.h>
#include <arch/mm.h>

const char test_title[] = "Time: deadlines at the edges, periods, timers of other vCPUs";

/*
 * As in the test `time`: long enough that an emulator which counts a
 * microsecond an instruction does nothing of weight in between.
 */
#define SHORT MILLISECONDS(200)
#define LONG  MILLISECONDS(600)
#define LATE  SECONDS(10)

static evtchn_port_t timer_port;

static void stop_timers(void *arg)
{
    timer_stop();
    hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL);
    hypercall_evtchn_close(timer_port);
    clear_bit(timer_port, shared_info.evtchn_pending);
}

/* VIRQ_TIMER of a vCPU, masked; a PV vCPU starts with a periodic timer. */
static int bind_timer(unsigned int vcpu)
{
    long port = evtchn_bind_virq(VIRQ_TIMER, vcpu);

    if ( port < 0 )
        return port;

    hypercall_vcpu_op(VCPUOP_stop_periodic_timer, vcpu, NULL);
    timer_port = port;
    set_bit(timer_port, shared_info.evtchn_mask);
    clear_bit(timer_port, shared_info.evtchn_pending);
    xtf_case_cleanup(stop_timers, NULL);

    return 0;
}

static bool fired(void)
{
    return test_and_clear_bit(timer_port, shared_info.evtchn_pending);
}

/*
 * Poll for the event.  The system time afterwards, or 0 if it did not come.  An
 * event of the toolstack's, such as on the console's port, may end a poll.
 */
static uint64_t sleep_for_timer(uint64_t at_most)
{
    struct sched_poll op = {
        .ports = &timer_port, .nr_ports = 1, .timeout = time_now() + at_most,
    };

    do {
        hypercall_sched_op(SCHEDOP_poll, &op);
    } while ( !test_bit(timer_port, shared_info.evtchn_pending) &&
              time_now() < op.timeout );

    return fired() ? time_now() : 0;
}

/*
 * Carry out statements that set a timer and change it before @ns are over, when
 * the first deadline is.  Emulated time leaps, and a busy host lets a vCPU wait:
 * where it took longer, the event may have come, so they are carried out again.
 */
#define WITHIN(ns, ...)                                                 \
    do {                                                                \
        unsigned int tries_ = 0;                                        \
        uint64_t start_;                                                \
                                                                        \
        do {                                                            \
            if ( ++tries_ > 50 )                                        \
                error_case("two hypercalls took more than %u ms each "  \
                           "time", (unsigned int)((ns) / 1000000));     \
            fired();                                                    \
            start_ = time_now();                                        \
            __VA_ARGS__;                                                \
        } while ( time_now() - start_ >= (ns) );                        \
    } while ( 0 )

/* A deadline that wrapped is one 100 ms ahead. */
#define WRAPPED MILLISECONDS(90)

/* The same without blocking. */
static uint64_t spin_for_timer(uint64_t at_most)
{
    const uint64_t end = time_now() + at_most;

    while ( !test_bit(timer_port, shared_info.evtchn_pending) )
    {
        /* A hypercall is where Xen may schedule, and so counts periods. */
        hypercall_xen_version(XENVER_version, NULL);
        if ( time_now() >= end )
            break;
    }

    return fired() ? time_now() : 0;
}

/*
 * HYPERVISOR_set_timer_op.
 */

/*
 * A deadline with bit 63 set, or 2^50 ns or more ahead, counts as a clock that
 * wrapped: the event comes 100 ms later.
 */
static void expect_soon(const char *what, uint64_t deadline)
{
    const uint64_t start = time_now();
    uint64_t at;

    require_msg(hypercall_set_timer_op(deadline) == 0,
                "set_timer_op(%s) failed", what);
    at = sleep_for_timer(LATE);

    require_msg(at, "deadline %s: no event in %u s", what,
                (unsigned int)(LATE / SECONDS(1)));
    expect_msg(at - start >= MILLISECONDS(90),
               "deadline %s: the event came after %llu ns, expected 100 ms",
               what, (unsigned long long)(at - start));
}

CASE("set_timer_op: deadline has bit 63 set -> event after 100 ms")
{
    require_ok(bind_timer(0));

    expect_soon("1 << 63", 1ull << 63);
    expect_soon("~0", ~0ull);
    expect_soon("(1 << 63) + now", (1ull << 63) + time_now());
    expect_soon("-1 s", 0 - SECONDS(1));
}

CASE("set_timer_op: deadline is 2^50 ns or more ahead -> event after 100 ms")
{
    require_ok(bind_timer(0));

    expect_soon("now + 2^50 ns + 1 s", time_now() + (1ull << 50) + SECONDS(1));
    expect_soon("now + 2^51 ns", time_now() + (1ull << 51));
    expect_soon("2^63 - 1", ~0ull >> 1);
}

CASE("set_timer_op: deadline is less than 2^50 ns ahead -> no early event")
{
    require_ok(bind_timer(0));

    require_ok(hypercall_set_timer_op(time_now() + (1ull << 50) - SECONDS(9)));
    expect_false(sleep_for_timer(LONG));
    require_ok(hypercall_set_timer_op(time_now() + SECONDS(4000)));
    expect_false(sleep_for_timer(LONG));
}

CASE("set_timer_op: deadline is past -> event")
{
    require_ok(bind_timer(0));

    require_ok(hypercall_set_timer_op(1));
    expect_true(sleep_for_timer(LATE));
    require_ok(hypercall_set_timer_op(time_now() - 1));
    expect_true(sleep_for_timer(LATE));
}

CASE("set_timer_op: 0 after set_singleshot_timer -> no event")
{
    require_ok(bind_timer(0));

    WITHIN(SHORT, require_ok(timer_set(time_now() + SHORT));
                  require_ok(hypercall_set_timer_op(0)));
    expect_false(sleep_for_timer(LONG));
}

CASE("stop_singleshot_timer: after set_timer_op -> no event")
{
    require_ok(bind_timer(0));

    WITHIN(SHORT, require_ok(hypercall_set_timer_op(time_now() + SHORT));
                  require_ok(timer_stop()));
    expect_false(sleep_for_timer(LONG));

    WITHIN(WRAPPED, require_ok(hypercall_set_timer_op(~0ull));
                    require_ok(timer_stop()));
    expect_false(sleep_for_timer(LONG));
}

CASE("set_timer_op: nearer deadline after a wrapped one -> event once")
{
    uint64_t deadline, at;

    require_ok(bind_timer(0));

    WITHIN(WRAPPED, require_ok(hypercall_set_timer_op(~0ull));
                    deadline = time_now() + LONG;
                    require_ok(hypercall_set_timer_op(deadline)));
    at = sleep_for_timer(LATE);
    require_true(at);
    expect_true(at >= deadline);
    expect_false(sleep_for_timer(LONG));
}

/*
 * VCPUOP_set_singleshot_timer.
 */

static long set_future(uint64_t deadline)
{
    vcpu_set_singleshot_timer_t op = {
        .timeout_abs_ns = deadline, .flags = VCPU_SSHOTTMR_future,
    };

    return hypercall_vcpu_op(VCPUOP_set_singleshot_timer, 0, &op);
}

CASE("set_singleshot_timer: VCPU_SSHOTTMR_future, deadline ahead -> event")
{
    uint64_t deadline, at;

    require_ok(bind_timer(0));

    deadline = time_now() + SHORT;
    require_ok(set_future(deadline));
    at = sleep_for_timer(LATE);
    require_true(at);
    expect_true(at >= deadline);
}

/*
 * The ABI lets Xen ignore the flag, which Xen does since 4.18, and in updates
 * of older releases: an event at once, instead of -ETIME and no event.
 */
static void expect_past_future(uint64_t deadline)
{
    const long rc = set_future(deadline);

    if ( rc == -ETIME && !xen_has(XEN_SSHOTTMR_FUTURE_IGNORED) )
    {
        expect_false(sleep_for_timer(SHORT));
        return;
    }

    expect_errno(rc, 0);
    expect_true(fired());
    expect_false(sleep_for_timer(SHORT));
}

CASE("set_singleshot_timer: VCPU_SSHOTTMR_future, deadline past -> event at once or -ETIME")
{
    require_ok(bind_timer(0));

    expect_past_future(time_now() - 1);
    expect_past_future(1);
    expect_past_future(0);
}

CASE("set_singleshot_timer: deadline past -> an earlier deadline is dropped")
{
    require_ok(bind_timer(0));

    require_ok(timer_set(time_now() + SHORT));
    require_ok(timer_set(time_now() - 1));
    expect_true(fired());
    expect_false(sleep_for_timer(LONG));
}

CASE("set_singleshot_timer: deadline 1 << 63 or ~0 -> 0, a later call replaces the deadline")
{
    static const uint64_t far[] = { 1ull << 63, ~0ull, ~0ull >> 1 };
    uint64_t deadline, at;
    unsigned int i;

    require_ok(bind_timer(0));

    for ( i = 0; i < ARRAY_SIZE(far); ++i )
    {
        /* One of the negative kind may have raised the event already. */
        WITHIN(SHORT, require_ok(timer_set(far[i]));
                      deadline = time_now() + SHORT;
                      require_ok(timer_set(deadline));
                      fired());

        at = sleep_for_timer(LATE);
        require_msg(at, "no event after deadline %#llx was replaced",
                    (unsigned long long)far[i]);
        expect_true(at >= deadline);
    }
}

CASE("set_singleshot_timer, stop_singleshot_timer: another vCPU's timer -> -EINVAL")
{
    vcpu_set_singleshot_timer_t op = { .timeout_abs_ns = 1 };

    if ( smp_nr_vcpus() < 2 )
        skip_case("the domain has fewer than 2 vCPUs");

    require_ok(bind_timer(1));
    expect_errno(hypercall_vcpu_op(VCPUOP_set_singleshot_timer, 1, &op),
                 -EINVAL);
    expect_errno(hypercall_vcpu_op(VCPUOP_stop_singleshot_timer, 1, NULL),
                 -EINVAL);
    expect_false(fired());
}

/*
 * Periodic timers.
 */

static long set_period(unsigned int vcpu, uint64_t period)
{
    vcpu_set_periodic_timer_t op = { .period_ns = period };

    return hypercall_vcpu_op(VCPUOP_set_periodic_timer, vcpu, &op);
}

CASE("set_periodic_timer: ticks -> at least a period apart")
{
    const uint64_t start = time_now();
    uint64_t at = 0;
    unsigned int i;

    require_ok(bind_timer(0));
    require_ok(set_period(0, SHORT));

    for ( i = 0; i < 4; ++i )
    {
        at = spin_for_timer(LATE);
        require_msg(at, "tick %u of a running vCPU did not come", i);
    }

    /* The first may come at once. */
    expect_msg(at - start >= 3 * SHORT, "4 ticks of 200 ms came in %llu ns",
               (unsigned long long)(at - start));
}

CASE("set_periodic_timer: longer period while ticking -> next ticks a new period apart")
{
    uint64_t start, at = 0;
    unsigned int i;

    require_ok(bind_timer(0));
    require_ok(set_period(0, SHORT));
    require_true(spin_for_timer(LATE));

    start = time_now();
    require_ok(set_period(0, LONG));
    for ( i = 0; i < 3; ++i )
    {
        at = spin_for_timer(LATE);
        require_msg(at, "tick %u after the change did not come", i);
    }

    expect_msg(at - start >= 2 * LONG, "3 ticks of 600 ms came in %llu ns",
               (unsigned long long)(at - start));
}

CASE("set_periodic_timer: shorter period while ticking -> next tick after the new period")
{
    require_ok(bind_timer(0));
    require_ok(set_period(0, SECONDS(3600)));
    fired();
    require_ok(set_period(0, SHORT));

    expect_true(spin_for_timer(LATE));
    expect_true(spin_for_timer(LATE));
}

CASE("set_periodic_timer: invalid period while running -> -EINVAL, ticks go on")
{
    require_ok(bind_timer(0));
    require_ok(set_period(0, SHORT));
    require_true(spin_for_timer(LATE));

    expect_errno(set_period(0, MILLISECONDS(1) - 1), -EINVAL);
    expect_errno(set_period(0, 0), -EINVAL);
    expect_errno(set_period(0, 1ull << 63), -EINVAL);
    expect_errno(set_period(0, ~0ull), -EINVAL);
    expect_true(spin_for_timer(LATE));
}

CASE("set_periodic_timer: one-shot timer set too -> both raise the event")
{
    uint64_t start;

    require_ok(bind_timer(0));
    require_ok(set_period(0, SECONDS(3600)));
    fired();

    start = time_now();
    require_ok(timer_set(start + SHORT));
    expect_true(spin_for_timer(LATE) >= start + SHORT);

    require_ok(set_period(0, SHORT));
    require_ok(timer_stop());
    expect_true(spin_for_timer(LATE));
    expect_true(spin_for_timer(LATE));
}

CASE("set_periodic_timer: vCPU blocked for several periods -> event pending afterwards")
{
    require_ok(bind_timer(0));
    require_ok(set_period(0, SHORT));
    fired();

    time_sleep(5 * SHORT);
    expect_true(fired());
}

CASE("stop_periodic_timer: timer ticking, then stopped -> 0, no further event")
{
    require_ok(bind_timer(0));
    require_ok(set_period(0, SHORT));
    require_true(spin_for_timer(LATE));

    require_ok(hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
    fired();
    expect_false(spin_for_timer(LONG));
    expect_ok(hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
}

/* vCPU 1 runs until it is told to end. */
static volatile unsigned int runs, end_run;

static void run(void *arg)
{
    runs = 1;
    while ( !end_run )
    {
        hypercall_xen_version(XENVER_version, NULL);
        pause();
    }
}

static void end_vcpu1(void *arg)
{
    hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 1, NULL);
    end_run = 1;
    smp_wait(1);
}

static void wait_tick(bool *came)
{
    struct time_wait wait = {};

    while ( !(*came = fired()) && time_wait(&wait) )
        ;
}

CASE("set_periodic_timer, stop_periodic_timer: another vCPU's timer -> ticks delivered, ended")
{
    bool came;

    if ( smp_nr_vcpus() < 2 )
        skip_case("the domain has fewer than 2 vCPUs");

    require_ok(bind_timer(1));
    runs = end_run = 0;
    require_ok(smp_start(1, run, NULL));
    xtf_case_cleanup(end_vcpu1, NULL);
    require_true(smp_wait_for(&runs));

    require_ok(set_period(1, SHORT));
    wait_tick(&came);
    expect_true(came);
    wait_tick(&came);
    expect_true(came);

    require_ok(hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 1, NULL));
    fired();
    time_sleep(LONG);
    expect_false(fired());
}

CASE("set_periodic_timer, stop_periodic_timer: no such vCPU -> -ENOENT")
{
    expect_errno(set_period(smp_nr_vcpus(), SHORT), -ENOENT);
    expect_errno(set_period(~0u, SHORT), -ENOENT);
    expect_errno(hypercall_vcpu_op(VCPUOP_stop_periodic_timer,
                                   smp_nr_vcpus(), NULL), -ENOENT);
}
