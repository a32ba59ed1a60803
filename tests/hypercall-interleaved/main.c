/**
 * @file tests/hypercall-interleaved/main.c
 * @ref test-hypercall-interleaved
 *
 * @page test-hypercall-interleaved Hypercalls: other operations between the parts of a preempted one
 *
 * Xen preempts a long hypercall when an event is pending: it returns to the
 * guest, the guest takes the upcall, and the hypercall instruction runs again
 * and continues. The upcall's handler may call Xen, too. Whatever Xen looked up
 * in the first part may then have changed: ports are open that the first part
 * had passed, a grant is revoked, the version of the table is another one.
 *
 * Such a case needs no second processor and no luck. Each sets
 * evtchn_upcall_pending, enables upcalls, and starts an operation that is long
 * enough to be preempted.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/framework.h>
#include <xtf/harness/evtchn_case.h>

#include <arch/irqflags.h>

#include "interleave.h"

const char test_title[] = "Hypercalls: other operations between the parts of a preempted one";

static void (*between)(void);
static volatile bool called;

static void take_upcall(struct cpu_regs *regs)
{
    void (*fn)(void) = between;

    if ( !evtchn_take_upcall() || !fn )
        return;

    between = NULL;
    called = true;
    fn();
}

void interleave_begin(void (*fn)(void))
{
    called = false;
    between = fn;
    /* A PV guest starts with a periodic timer, which could come too early. */
    hypercall_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL);
    arch_set_upcall_handler(take_upcall);
    local_irq_enable();
    ACCESS_ONCE(this_vcpu_info()->evtchn_upcall_pending) = 1;
}

bool interleave_end(void)
{
    local_irq_disable();
    arch_set_upcall_handler(NULL);
    between = NULL;

    return called;
}

/* ---- EVTCHNOP_reset ---- */

#define PORTS 300

static evtchn_port_t first, last;
static long during, result;     /* Of the call in the middle, of the reset. */
static bool in_the_middle;

/* Open PORTS ports and more, the last of them with the highest number. */
static bool open_ports(void)
{
    unsigned int i;
    long port = 0;

    if ( evtchn_abi == EVTCHN_FIFO && evtchn_add_words() )
        return false;

    for ( i = 0; i < PORTS; ++i )
    {
        port = evtchn_bind_ipi(0);
        if ( port <= 0 )
            return false;
        if ( !i )
            first = port;
    }
    last = port;

    return true;
}

static bool is_open(evtchn_port_t port)
{
    evtchn_status_t s = { .dom = DOMID_SELF, .port = port };

    return !hypercall_evtchn_status(&s) && s.status != EVTCHNSTAT_closed;
}

/* The reset has closed the first port and not yet the last one. */
static void note_progress(void)
{
    in_the_middle = !is_open(first) && is_open(last);
}

static void nothing(void)
{
    note_progress();
}

static void open_one(void)
{
    note_progress();
    during = evtchn_bind_ipi(0);
}

static void open_and_close(void)
{
    note_progress();
    during = evtchn_bind_ipi(0);
    if ( during > 0 )
        during = hypercall_evtchn_close(during);
}

static void reset_again(void)
{
    struct evtchn_reset op = { .dom = DOMID_SELF };

    note_progress();
    during = hypercall_event_channel_op(EVTCHNOP_reset, &op);
}

static void close_last(void)
{
    note_progress();
    during = hypercall_evtchn_close(last);
}

static void send_to_last(void)
{
    note_progress();
    during = evtchn_unmask(last) ?: hypercall_evtchn_send(last);
}

/*
 * Reset with fn() in the middle.  The handler may run before the reset begins,
 * if something else interrupts the guest then: another try.
 * @return false if it never was in the middle.
 */
static bool reset_with(void (*fn)(void))
{
    const enum evtchn_abi abi = evtchn_abi;
    unsigned int tries;

    for ( tries = 0; tries < 5; ++tries )
    {
        struct evtchn_reset op = { .dom = DOMID_SELF };

        if ( tries && evtchn_start(abi) )
            return false;
        if ( !open_ports() )
            return false;

        in_the_middle = false;
        interleave_begin(fn);
        result = hypercall_event_channel_op(EVTCHNOP_reset, &op);
        if ( interleave_end() && in_the_middle )
            return true;
    }

    return false;
}

#define require_reset_with(fn)                                          \
    require_msg(reset_with(fn), "Xen did not preempt a reset of %u ports" \
                " although an event was pending", PORTS)

EVTCHN_CASE("reset: preempted -> 0, no port open")
{
    require_reset_with(nothing);
    expect_ok(result);
    evtchn_abi = EVTCHN_2L;
    expect_false(is_open(first));
    expect_false(is_open(last));
}

EVTCHN_CASE("reset: port opened between its parts -> -EAGAIN, port open, others closed")
{
    const enum evtchn_abi abi = evtchn_abi;

    require_reset_with(open_one);
    require_msg(during > 0, "bind_ipi returned %ld, expected a port", during);
    expect_true((evtchn_port_t)during < last);
    expect_errno(result, -EAGAIN);
    expect_port(during, PORT_IPI, 0);
    expect_false(is_open(last));

    /* The ABI is still the one that the port is used by. */
    if ( abi == EVTCHN_FIFO )
        expect_ok(evtchn_set_priority(during, 3));
    else
        expect_errno(evtchn_set_priority(during, 3), -ENOSYS);
}

EVTCHN_CASE("reset: port opened and closed between its parts -> 0, no port open")
{
    require_reset_with(open_and_close);
    expect_ok(result);
    evtchn_abi = EVTCHN_2L;
    expect_ok(during);
    expect_false(is_open(first));
    expect_false(is_open(last));
}

EVTCHN_CASE("reset: second reset between its parts -> second is -EBUSY, first is 0")
{
    require_reset_with(reset_again);
    expect_ok(result);
    evtchn_abi = EVTCHN_2L;
    expect_errno(during, -EBUSY);
    expect_false(is_open(last));
}

EVTCHN_CASE("reset: port not yet reached is closed between its parts -> 0")
{
    require_reset_with(close_last);
    expect_ok(result);
    evtchn_abi = EVTCHN_2L;
    expect_ok(during);
    expect_false(is_open(last));
}

EVTCHN_CASE("reset: event on a port not yet reached between its parts -> 0, not pending")
{
    require_reset_with(send_to_last);
    expect_ok(result);
    evtchn_abi = EVTCHN_2L;
    expect_ok(during);
    expect_false(evtchn_is_pending(last));
}
