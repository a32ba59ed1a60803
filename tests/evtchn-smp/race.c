/*
 * vCPUs that wait for events of other vCPUs, and that send at the same time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/harness/race.h>

#include <arch/irqflags.h>

#include "smp.h"

static volatile unsigned int reached, ended;

/* Start fn(arg) on vCPU 1, which sets `reached` before it begins to wait. */
static bool start_waiting(void (*fn)(void *), void *arg)
{
    reached = ended = 0;
    if ( !expect_ok(race_start(1, fn, arg, NULL)) ||
         !expect_true(smp_wait_for(&reached)) )
        return false;

    /* Time for vCPU 1 to enter its poll or block. */
    time_sleep(MILLISECONDS(20));

    return expect_eq(ended, 0);
}

/* vCPU 1 wakes up and fn() returns. */
#define expect_woken()                                                  \
({                                                                      \
    if ( expect_true(smp_wait_for(&ended)) )                            \
        smp_wait(1);                                                    \
})

struct wait_for
{
    evtchn_port_t ports[2];
    unsigned int nr;
};

static void poll_for_it(void *arg)
{
    const struct wait_for *wait = arg;
    struct sched_poll op = { .ports = wait->ports, .nr_ports = wait->nr };
    unsigned int i;

    reached = 1;
    for ( i = 0; !evtchn_is_pending(wait->ports[i]); i = (i + 1) % wait->nr )
        hypercall_sched_op(SCHEDOP_poll, &op);
    ended = 1;
}

EVTCHN_CASE("poll: event sent by another vCPU -> returns")
{
    struct wait_for wait = { .nr = 1 };

    need_vcpus(2);
    wait.ports[0] = evtchn_bind_ipi(1);

    require_true(start_waiting(poll_for_it, &wait));
    require_ok(hypercall_evtchn_send(wait.ports[0]));
    expect_woken();
}

EVTCHN_CASE("poll: on vCPU 1, for a port of vCPU 0 -> returns")
{
    struct wait_for wait = { .nr = 1 };

    need_vcpus(2);
    wait.ports[0] = evtchn_bind_ipi(0);

    require_true(start_waiting(poll_for_it, &wait));
    require_ok(hypercall_evtchn_send(wait.ports[0]));
    expect_woken();
}

EVTCHN_CASE("poll: two ports, event on either -> returns")
{
    struct wait_for wait = { .nr = 2 };
    unsigned int i;

    need_vcpus(2);
    wait.ports[0] = evtchn_bind_ipi(1);
    wait.ports[1] = evtchn_bind_ipi(1);

    for ( i = 0; i < 2; ++i )
    {
        require_true(start_waiting(poll_for_it, &wait));
        require_ok(hypercall_evtchn_send(wait.ports[i]));
        expect_woken();
        evtchn_clear(wait.ports[i]);
    }
}

EVTCHN_CASE("poll: event on another port -> continues until one on its port")
{
    struct wait_for wait = { .nr = 1 };
    long other;

    need_vcpus(2);
    wait.ports[0] = evtchn_bind_ipi(1);
    other = evtchn_bind_ipi(1);

    require_true(start_waiting(poll_for_it, &wait));
    require_ok(hypercall_evtchn_send(other));
    time_sleep(MILLISECONDS(20));
    expect_eq(ended, 0);
    require_ok(hypercall_evtchn_send(wait.ports[0]));
    expect_woken();
}

static volatile unsigned int nr_woken;

static void poll_and_count(void *arg)
{
    evtchn_port_t port = *(long *)arg;
    struct sched_poll op = { .ports = &port, .nr_ports = 1 };

    fetch_add(&reached, 1);
    while ( !evtchn_is_pending(port) )
        hypercall_sched_op(SCHEDOP_poll, &op);
    fetch_add(&nr_woken, 1);
}

EVTCHN_CASE("poll: one port, on several vCPUs -> returns on all of them")
{
    unsigned int vcpu;
    long port;

    need_vcpus(2);
    port = evtchn_bind_ipi(0);
    reached = nr_woken = 0;

    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        require_ok(race_start(vcpu, poll_and_count, &port, NULL));
    require_true(smp_wait_for_count(&reached, smp_usable_vcpus() - 1));
    time_sleep(MILLISECONDS(20));
    expect_eq(nr_woken, 0);

    require_ok(hypercall_evtchn_send(port));
    require_true(smp_wait_for_count(&nr_woken, smp_usable_vcpus() - 1));
    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        smp_wait(vcpu);
}

static void block_for_it(void *arg)
{
    reached = 1;
    while ( !ACCESS_ONCE(evtchn_nr_logged) )
        evtchn_sleep();
    ended = 1;
}

EVTCHN_CASE("block: event sent by another vCPU -> returns, delivered")
{
    long port;

    need_vcpus(2);
    port = evtchn_bind_ipi(1);
    require_ok(evtchn_unmask(port));

    require_true(start_waiting(block_for_it, NULL));
    require_ok(hypercall_evtchn_send(port));
    expect_woken();
    expect_eq(evtchn_log[0].vcpu, 1);
    expect_delivered(port);
}

EVTCHN_CASE("block: pending port unmasked by another vCPU -> returns, delivered")
{
    long port;

    need_vcpus(2);
    port = evtchn_bind_ipi(1);
    require_ok(hypercall_evtchn_send(port));

    require_true(start_waiting(block_for_it, NULL));
    require_ok(evtchn_unmask(port));
    expect_woken();
    expect_eq(evtchn_log[0].vcpu, 1);
    expect_delivered(port);
}

#define ROUNDS 100

/* Wait for an event on @p port and send one back, ROUNDS times. */
static void rally(evtchn_port_t port)
{
    struct sched_poll op = { .ports = &port, .nr_ports = 1 };
    unsigned int i;

    for ( i = 0; i < ROUNDS; ++i )
    {
        while ( !evtchn_is_pending(port) )
            hypercall_sched_op(SCHEDOP_poll, &op);
        evtchn_clear(port);
        hypercall_evtchn_send(port);
    }
}

static void rally_there(void *arg)
{
    rally(*(evtchn_port_t *)arg);
    ended = 1;
}

EVTCHN_CASE("poll: two vCPUs notify each other in turn, 100 times -> no event lost")
{
    evtchn_port_t a, b;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_bind_vcpu(b, 1));
    ended = 0;

    require_ok(race_start(1, rally_there, &b, NULL));
    hypercall_evtchn_send(a);
    rally(a);
    require_true(smp_wait_for(&ended));
    smp_wait(1);

    /* vCPU 1 has ended its last round before the last send of vCPU 0. */
    expect_true(evtchn_is_pending(b));
    expect_false(evtchn_is_pending(a));
}

#define STORM 300

static volatile unsigned int quiet;

static void send_storm(void *arg)
{
    unsigned int i;

    for ( i = 0; i < STORM; ++i )
        hypercall_evtchn_send(*(long *)arg);

    fetch_add(&quiet, 1);
}

EVTCHN_CASE("send race: one port, from all other vCPUs -> delivered, last event not lost")
{
    unsigned int vcpu, nr;
    long port;

    need_vcpus(2);
    port = evtchn_bind_ipi(0);
    require_ok(evtchn_unmask(port));
    quiet = 0;

    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        require_ok(race_start(vcpu, send_storm, &port, NULL));

    local_irq_enable();
    require_true(smp_wait_for_count(&quiet, smp_usable_vcpus() - 1));
    local_irq_disable();
    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        smp_wait(vcpu);
    evtchn_deliver();

    /* Sends to a pending port are one event: 1 to all of them. */
    expect_range(evtchn_nr_logged, 1, STORM * (smp_usable_vcpus() - 1));
    expect_eq(evtchn_log_count(port),
              min(evtchn_nr_logged, EVTCHN_LOG_SIZE + 0u));
    expect_false(evtchn_is_pending(port));

    evtchn_log_clear();
    nr = evtchn_nr_logged;
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_eq(evtchn_nr_logged, nr + 1);
}

static void storm_many(void *arg)
{
    const long *ports = arg;
    unsigned int i;

    for ( i = 0; i < STORM; ++i )
        hypercall_evtchn_send(ports[(i * 7 + this_vcpu()) % 16]);

    fetch_add(&quiet, 1);
}

/* Until no port is pending, or for a minute. */
static void deliver_until_quiet(const long *ports, unsigned int nr)
{
    struct time_wait wait = {};
    unsigned int pending, i;

    do {
        evtchn_deliver();
        for ( i = pending = 0; i < nr; ++i )
            pending += evtchn_is_pending(ports[i]);
    } while ( pending && time_wait(&wait) );
}

EVTCHN_CASE("send race: 16 ports, from all other vCPUs -> each port delivered afterwards")
{
    static long ports[16];
    unsigned int vcpu, i;

    need_vcpus(2);
    quiet = 0;
    for ( i = 0; i < ARRAY_SIZE(ports); ++i )
    {
        ports[i] = evtchn_bind_ipi(0);
        if ( evtchn_abi == EVTCHN_FIFO )
            require_ok(evtchn_set_priority(ports[i], i % 4));
        require_ok(evtchn_unmask(ports[i]));
    }

    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        require_ok(race_start(vcpu, storm_many, ports, NULL));

    local_irq_enable();
    require_true(smp_wait_for_count(&quiet, smp_usable_vcpus() - 1));
    local_irq_disable();
    for ( vcpu = 1; vcpu < smp_usable_vcpus(); ++vcpu )
        smp_wait(vcpu);
    deliver_until_quiet(ports, ARRAY_SIZE(ports));
    evtchn_log_clear();

    /* The queues are intact: each port is still delivered. */
    for ( i = 0; i < ARRAY_SIZE(ports); ++i )
    {
        expect_false(evtchn_is_pending(ports[i]));
        require_ok(hypercall_evtchn_send(ports[i]));
    }
    evtchn_deliver();
    for ( i = 0; i < ARRAY_SIZE(ports); ++i )
        expect_eq(evtchn_log_count(ports[i]), 1);
}
