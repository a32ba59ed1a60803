/**
 * @file tests/evtchn-delivery/main.c
 * @ref test-evtchn-delivery
 *
 * @page test-evtchn-delivery Event channels: delivery
 *
 * An event is delivered to its port once for each time it is raised, not while
 * the port is masked or evtchn_upcall_mask (PV) or EFLAGS.IF (HVM) holds off
 * upcalls, and not after the port is closed; by both ABIs.  A guest that misses
 * an event may wait for it forever; one that gets it twice may handle it twice.
 *
 * This file: masks, handlers, and events whose port changes before delivery.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/traps.h>
#include <arch/irqflags.h>

const char test_title[] = "Event channels: delivery";

EVTCHN_CASE("send: port unmasked -> delivered once, by the event channel upcall")
{
    long port = evtchn_bind_ipi(0);
    unsigned int least = ~0u, i;

    require_ok(evtchn_unmask(port));

    for ( i = 0; i < 5; ++i )
    {
        evtchn_nr_upcalls[0] = 0;
        require_ok(hypercall_evtchn_send(port));
        evtchn_deliver();

        expect_eq(evtchn_log[0].vcpu, 0);
        expect_eq(evtchn_log[0].vector, UPCALL_VECTOR);
        expect_delivered(port);
        expect_false(evtchn_is_pending(port));
        expect_false(this_vcpu_info()->evtchn_upcall_pending);

        evtchn_deliver();
        expect_none_delivered();
        least = min(least, evtchn_nr_upcalls[0]);
    }

    /* A spurious upcall may come now and then, but not every time. */
    expect_eq(least, 1);
}

EVTCHN_CASE("send: port masked -> pending, no upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    expect_true(evtchn_is_pending(port));
    expect_false(this_vcpu_info()->evtchn_upcall_pending);
    evtchn_deliver();
    expect_none_delivered();
    expect_eq(evtchn_nr_upcalls[0], 0);
}

EVTCHN_CASE("send: port masked, later unmasked -> delivered after unmask")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_none_delivered();
    require_ok(evtchn_unmask(port));
    evtchn_deliver();
    expect_delivered(port);
}

EVTCHN_CASE("send: port masked again before the upcall -> delivered after unmask")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_mask(port);
    evtchn_deliver();
    expect_none_delivered();
    expect_true(evtchn_is_pending(port));

    require_ok(evtchn_unmask(port));
    evtchn_deliver();
    expect_delivered(port);
}

EVTCHN_CASE("send: event delivery disabled -> delivered once it is enabled")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    hypercall_xen_version(XENVER_version, NULL);
    hypercall_yield();
    expect_none_delivered();

    local_irq_enable();
    local_irq_disable();
    expect_delivered(port);
}

EVTCHN_CASE("send: event delivery enabled -> delivered before the hypercall returns")
{
    long port = evtchn_bind_ipi(0);
    unsigned int seen;

    require_ok(evtchn_unmask(port));
    local_irq_enable();
    hypercall_evtchn_send(port);
    seen = ACCESS_ONCE(evtchn_nr_logged);
    local_irq_disable();

    expect_eq(seen, 1);
    expect_delivered(port);
}

EVTCHN_CASE("send: event delivery enabled -> still enabled after delivery")
{
    long port = evtchn_bind_ipi(0);
    bool on;

    require_ok(evtchn_unmask(port));
    local_irq_enable();
    hypercall_evtchn_send(port);
    on = local_irq_enabled();
    local_irq_disable();

    expect_true(on);
    expect_delivered(port);
}

EVTCHN_CASE("send: twice, event delivery enabled -> delivered twice")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    local_irq_enable();
    hypercall_evtchn_send(port);
    hypercall_evtchn_send(port);
    local_irq_disable();
    expect_delivered(port, port);
}

EVTCHN_CASE("send: 5 times, event delivery disabled -> delivered once")
{
    long port = evtchn_bind_ipi(0);
    unsigned int i;

    require_ok(evtchn_unmask(port));
    for ( i = 0; i < 5; ++i )
        require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
}

EVTCHN_CASE("send: one end of a channel -> delivered at the other end only")
{
    evtchn_port_t a, b;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));

    require_ok(hypercall_evtchn_send(a));
    evtchn_deliver();
    expect_delivered(b);
    require_ok(hypercall_evtchn_send(b));
    evtchn_deliver();
    expect_delivered(a);
}

EVTCHN_CASE("send: pending bit cleared before the upcall -> not delivered")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_clear(port);
    evtchn_deliver();
    expect_none_delivered();

    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port);
}

EVTCHN_CASE("close: port pending -> not delivered, nor at the port that reuses its number")
{
    long port = evtchn_bind_ipi(0), next;

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    require_ok(hypercall_evtchn_close(port));

    /* FIFO: a closed port is not free until it is off its queue. */
    next = evtchn_bind_ipi(0);
    require_ok(evtchn_unmask(next));
    evtchn_deliver();
    expect_none_delivered();

    require_ok(hypercall_evtchn_send(next));
    evtchn_deliver();
    expect_delivered(next);
}

static unsigned int again;

static void send_again(evtchn_port_t port, void *arg)
{
    if ( again )
    {
        again--;
        hypercall_evtchn_send(*(long *)arg);
    }
}

EVTCHN_CASE("send: to the port whose handler runs -> delivered again")
{
    long port = evtchn_bind_ipi(0);

    again = 3;
    evtchn_handle(port, send_again, &port);
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    evtchn_deliver();
    expect_delivered(port, port, port, port);
}

EVTCHN_CASE("send: to another port in a handler -> delivered after that handler")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    again = 1;
    evtchn_handle(b, send_again, &a);
    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(b));
    evtchn_deliver();
    expect_delivered(b, a);
}

static unsigned int depth, deepest;

static void nest(evtchn_port_t port, void *arg)
{
    long *next = arg;

    depth++;
    deepest = max(deepest, depth);

    if ( *next )
    {
        hypercall_evtchn_send(*next);
        local_irq_enable();
        local_irq_disable();
    }

    depth--;
}

EVTCHN_CASE("send: to another port in a handler, event delivery enabled -> nested delivery")
{
    long port[3] = { evtchn_bind_ipi(0), evtchn_bind_ipi(0) };
    unsigned int i;

    depth = deepest = 0;
    for ( i = 0; i < 2; ++i )
    {
        evtchn_handle(port[i], nest, &port[i + 1]);
        require_ok(evtchn_unmask(port[i]));
    }

    require_ok(hypercall_evtchn_send(port[0]));
    evtchn_deliver();
    expect_delivered(port[0], port[1]);
    expect_eq(deepest, 2);
    expect_eq(depth, 0);
}

static void mask_other(evtchn_port_t port, void *arg)
{
    evtchn_mask(*(long *)arg);
}

EVTCHN_CASE("mask: pending port, in another port's handler -> not delivered until unmask")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    /* Each handler masks the other port: only the first is delivered. */
    evtchn_handle(a, mask_other, &b);
    evtchn_handle(b, mask_other, &a);
    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    evtchn_deliver();
    expect_eq(evtchn_nr_logged, 1);
    expect_eq(evtchn_is_pending(a) + evtchn_is_pending(b), 1);

    evtchn_unmask(a);
    evtchn_unmask(b);
    evtchn_deliver();
    expect_eq(evtchn_nr_logged, 2);
    expect_eq(evtchn_log_count(a), 1);
    expect_eq(evtchn_log_count(b), 1);
}

EVTCHN_CASE("send: to 40 ports, one upcall -> each delivered once")
{
    long port[40];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(port); ++i )
    {
        port[i] = evtchn_bind_ipi(0);
        require_ok(evtchn_unmask(port[i]));
    }
    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        require_ok(hypercall_evtchn_send(port[i]));

    evtchn_deliver();
    expect_eq(evtchn_nr_logged, ARRAY_SIZE(port));
    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        expect_eq(evtchn_log_count(port[i]), 1);
}

EVTCHN_CASE("send: 1000 times, event delivery enabled -> delivered 1000 times")
{
    long port = evtchn_bind_ipi(0);
    unsigned int i;

    require_ok(evtchn_unmask(port));
    local_irq_enable();
    for ( i = 0; i < 1000; ++i )
        hypercall_evtchn_send(port);
    local_irq_disable();

    expect_eq(evtchn_nr_logged, 1000);
    expect_eq(evtchn_log_count(port), 1000);
}

static unsigned int user_word __user_data;

static void tell_user(evtchn_port_t port, void *arg)
{
    user_word = 1;
}

static unsigned long __user_text wait_in_user(void)
{
    while ( !ACCESS_ONCE(user_word) )
        ;

    return 0x600d;
}

EVTCHN_CASE("upcall: vCPU in user mode -> delivered, user mode continues")
{
    long port = evtchn_bind_virq(VIRQ_TIMER, 0);
    unsigned long val;

    user_word = 0;
    evtchn_handle(port, tell_user, NULL);
    require_ok(evtchn_unmask(port));
    require_ok(timer_set(time_now() + MILLISECONDS(20)));

    local_irq_enable();
    val = exec_user(wait_in_user);
    local_irq_disable();

    expect_hex(val, 0x600d);
    expect_delivered(port);
}
