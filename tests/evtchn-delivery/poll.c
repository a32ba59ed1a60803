/*
 * Waiting for events: SCHEDOP_poll and SCHEDOP_block.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/irqflags.h>
#include <arch/mm.h>

#define SHORT MILLISECONDS(100)
#define LONG  SECONDS(20)

static long poll_until(const evtchn_port_t *ports, unsigned int nr,
                       uint64_t time)
{
    struct sched_poll op = {
        .ports = ports, .nr_ports = nr, .timeout = time,
    };

    return hypercall_sched_op(SCHEDOP_poll, &op);
}

static long poll(const evtchn_port_t *ports, unsigned int nr, uint64_t ns)
{
    return poll_until(ports, nr, ns ? time_now() + ns : 0);
}

/* A VIRQ_TIMER port that becomes pending in @p ns. */
static evtchn_port_t timer_in(uint64_t ns)
{
    long port = evtchn_bind_virq(VIRQ_TIMER, 0);

    timer_set(time_now() + ns);

    return port;
}

EVTCHN_CASE("poll: port pending and masked -> returns at once")
{
    evtchn_port_t port = evtchn_bind_ipi(0);
    uint64_t start = time_now();

    require_ok(hypercall_evtchn_send(port));
    expect_ok(poll(&port, 1, LONG));
    expect_true(time_now() - start < LONG);
    expect_true(evtchn_is_pending(port));
}

EVTCHN_CASE("poll: no event -> returns at the timeout")
{
    evtchn_port_t port = evtchn_bind_ipi(0);
    uint64_t start = time_now();

    expect_ok(poll(&port, 1, SHORT));
    expect_true(time_now() - start >= SHORT);
    expect_false(evtchn_is_pending(port));
}

EVTCHN_CASE("poll: event on the port -> returns before the timeout")
{
    evtchn_port_t port = timer_in(SHORT);
    uint64_t start = time_now();

    expect_ok(poll(&port, 1, LONG));
    expect_true(evtchn_is_pending(port));
    expect_true(time_now() - start < LONG);
}

EVTCHN_CASE("poll: timeout 0, event on the port -> returns")
{
    evtchn_port_t port = timer_in(SHORT);

    expect_ok(poll(&port, 1, 0));
    expect_true(evtchn_is_pending(port));
}

EVTCHN_CASE("poll: event on the last of three ports -> returns before the timeout")
{
    evtchn_port_t ports[3] = { evtchn_bind_ipi(0), evtchn_bind_ipi(0) };
    const uint64_t end = time_now() + LONG;

    ports[2] = timer_in(SHORT);
    /* An event on a toolstack port ends a poll of several ports, too. */
    do {
        expect_ok(poll_until(ports, 3, end));
    } while ( !evtchn_is_pending(ports[2]) && time_now() < end );
    expect_true(evtchn_is_pending(ports[2]));
    expect_true(time_now() < end);
}

EVTCHN_CASE("poll: event on another, masked port -> returns at the timeout")
{
    evtchn_port_t other = timer_in(SHORT), port = evtchn_bind_ipi(0);
    uint64_t start = time_now();

    expect_ok(poll(&port, 1, 3 * SHORT));
    expect_true(time_now() - start >= 3 * SHORT);
    expect_true(evtchn_is_pending(other));
}

EVTCHN_CASE("poll: event on another, unmasked port, event delivery enabled -> delivered, poll returns")
{
    evtchn_port_t other = evtchn_bind_virq(VIRQ_TIMER, 0);
    evtchn_port_t port = evtchn_bind_ipi(0);
    uint64_t start, ns, took = LONG;

    require_ok(evtchn_unmask(other));

    /*
     * On a slow machine the event can come before the poll, which then lasts
     * until the timeout.  So a later event follows.
     */
    for ( ns = SHORT; took >= LONG && ns < LONG; ns *= 4 )
    {
        start = time_now();
        timer_set(start + ns);
        local_irq_enable();
        expect_ok(poll(&port, 1, LONG));
        local_irq_disable();
        took = time_now() - start;
        expect_delivered(other);
    }

    expect_true(took < LONG);
}

EVTCHN_CASE("poll: any one of three ports pending -> returns at once")
{
    evtchn_port_t ports[3] = {
        evtchn_bind_ipi(0), evtchn_bind_ipi(0), evtchn_bind_ipi(0),
    };
    unsigned int i;

    for ( i = 0; i < 3; ++i )
    {
        uint64_t start = time_now();

        require_ok(hypercall_evtchn_send(ports[i]));
        expect_ok(poll(ports, 3, LONG));
        expect_true(time_now() - start < LONG);
        evtchn_clear(ports[i]);
    }
}

EVTCHN_CASE("poll: nr_ports is 128, 129 -> 0, -EINVAL")
{
    static evtchn_port_t ports[129];
    long port = evtchn_bind_ipi(0);
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(ports); ++i )
        ports[i] = port;

    require_ok(hypercall_evtchn_send(port));
    expect_ok(poll(ports, 128, LONG));
    expect_errno(poll(ports, 129, LONG), -EINVAL);
    expect_errno(poll(ports, ~0u, LONG), -EINVAL);
}

EVTCHN_CASE("poll: port closed, 0 or out of range -> -EINVAL")
{
    evtchn_port_t ports[2] = { evtchn_bind_ipi(0), evtchn_bind_ipi(0) };

    if ( xen_has(XEN_POLL_REFUSES_CLOSED_PORT) )
    {
        require_ok(hypercall_evtchn_close(ports[1]));
        expect_errno(poll(&ports[1], 1, SHORT), -EINVAL);
        expect_errno(poll(ports, 2, SHORT), -EINVAL);

        ports[1] = 0;
        expect_errno(poll(&ports[1], 1, SHORT), -EINVAL);
    }

    ports[1] = EVTCHN_FIFO_NR_CHANNELS;
    expect_errno(poll(&ports[1], 1, SHORT), -EINVAL);
    ports[1] = ~0u;
    expect_errno(poll(&ports[1], 1, SHORT), -EINVAL);
}

EVTCHN_CASE("poll: pending port before one out of range -> 0")
{
    evtchn_port_t ports[2] = { evtchn_bind_ipi(0), ~0u };

    require_ok(hypercall_evtchn_send(ports[0]));
    expect_ok(poll(ports, 2, LONG));
}

CASE_2L("poll: argument or ports at an unmapped address -> -EFAULT")
{
    expect_errno(poll(UNMAPPED_POINTER, 1, SHORT), -EFAULT);
    expect_errno(hypercall_sched_op(SCHEDOP_poll, UNMAPPED_POINTER), -EFAULT);
}

CASE_2L("poll: no ports -> returns at the timeout")
{
    const uint64_t end = time_now() + SHORT;
    unsigned int i;

    /* Events on toolstack ports end a poll, but they are few. */
    for ( i = 0; i < 10 && time_now() < end; ++i )
        expect_ok(poll_until(NULL, 0, end));
    expect_true(time_now() >= end);
}

static void again(evtchn_port_t port, void *arg)
{
    timer_set(time_now() + SHORT);
}

EVTCHN_CASE("block: VIRQ_TIMER -> returns, delivered")
{
    evtchn_port_t port = timer_in(SHORT);

    /* The first event may arrive before the hypercall: raise further ones. */
    evtchn_handle(port, again, NULL);
    require_ok(evtchn_unmask(port));
    local_irq_enable();
    while ( !ACCESS_ONCE(evtchn_nr_logged) )
        hypercall_sched_op(SCHEDOP_block, NULL);
    local_irq_disable();
    expect_eq(evtchn_log[0].port, port);
}

EVTCHN_CASE("block: event pending before the call -> returns at once, delivered")
{
    evtchn_port_t port = evtchn_bind_ipi(0), timer = timer_in(LONG);
    uint64_t start = time_now();

    require_ok(evtchn_unmask(port));
    require_ok(evtchn_unmask(timer));
    require_ok(hypercall_evtchn_send(port));
    evtchn_sleep();
    expect_true(time_now() - start < LONG);
    expect_delivered(port);
}

EVTCHN_CASE("block: event delivery disabled before the call, VIRQ_TIMER -> returns, delivered")
{
    evtchn_port_t timer = timer_in(SHORT);

    require_ok(evtchn_unmask(timer));
    evtchn_sleep();
    expect_delivered(timer);
}
