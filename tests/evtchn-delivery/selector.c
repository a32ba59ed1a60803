/*
 * The 2-level ABI: evtchn_pending, evtchn_pending_sel, evtchn_upcall_pending.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

static unsigned long selector(void)
{
    return ACCESS_ONCE(this_vcpu_info()->evtchn_pending_sel);
}

static bool upcall(void)
{
    return ACCESS_ONCE(this_vcpu_info()->evtchn_upcall_pending);
}

/* A port whose bit is in word @p w of the bitmaps, or -errno. */
static long port_in_word(unsigned int w)
{
    long port;

    do
        port = evtchn_bind_ipi(0);
    while ( port > 0 && port / BITS_PER_LONG < w );

    return port;
}

/* The number of pending ports, without the toolstack's. */
static unsigned int nr_pending(void)
{
    unsigned int i, nr = 0;

    for ( i = 0; i < EVTCHN_2L_NR_CHANNELS; ++i )
        nr += test_bit(i, shared_info.evtchn_pending) &&
            !evtchn_is_toolstacks(i);

    return nr;
}

CASE_2L("send: port masked -> evtchn_pending bit alone")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    expect_true(test_bit(port, shared_info.evtchn_pending));
    expect_eq(nr_pending(), 1);
    expect_hex(selector(), 0);
    expect_false(upcall());
}

CASE_2L("send: port unmasked -> evtchn_pending, evtchn_pending_sel, evtchn_upcall_pending")
{
    unsigned int w;

    for ( w = 0; w < 4; ++w )
    {
        long port = port_in_word(w);

        require_msg(port > 0, "bind_ipi returned %ld, expected a port", port);
        require_ok(evtchn_unmask(port));
        expect_hex(selector(), 0);
        require_ok(hypercall_evtchn_send(port));
        expect_true(test_bit(port, shared_info.evtchn_pending));
        expect_eq(nr_pending(), 1);
        expect_hex(selector(), 1ul << w);
        expect_true(upcall());

        evtchn_deliver();
        expect_delivered(port);
        expect_hex(selector(), 0);
    }
}

CASE_2L("unmask: port pending -> evtchn_pending_sel and evtchn_upcall_pending")
{
    unsigned int w;

    for ( w = 0; w < 4; ++w )
    {
        long port = port_in_word(w);

        require_msg(port > 0, "bind_ipi returned %ld, expected a port", port);
        require_ok(hypercall_evtchn_send(port));
        expect_hex(selector(), 0);
        require_ok(evtchn_unmask(port));
        expect_hex(selector(), 1ul << w);
        expect_true(upcall());

        evtchn_deliver();
        expect_delivered(port);
    }
}

CASE_2L("send: ports of two words -> evtchn_pending_sel has both bits")
{
    long a = port_in_word(0), b = port_in_word(2);

    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    expect_hex(selector(), 5);
    evtchn_deliver();
    expect_eq(evtchn_nr_logged, 2);
}

CASE_2L("send: port still pending -> no second upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));

    /* As a guest that took the upcall and has not yet cleared the port. */
    this_vcpu_info()->evtchn_upcall_pending = 0;
    this_vcpu_info()->evtchn_pending_sel = 0;
    require_ok(hypercall_evtchn_send(port));
    expect_false(upcall());
    expect_hex(selector(), 0);

    evtchn_clear(port);
    require_ok(hypercall_evtchn_send(port));
    expect_true(upcall());
    expect_hex(selector(), 1);
    evtchn_deliver();
    expect_delivered(port);
}

CASE_2L("unmask: port not pending -> evtchn_pending_sel and evtchn_upcall_pending stay 0")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    expect_hex(selector(), 0);
    expect_false(upcall());
    expect_eq(nr_pending(), 0);
}

CASE_2L("close: two ports of a word pending -> the other one is delivered")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_close(a));
    evtchn_deliver();
    expect_delivered(b);
}
