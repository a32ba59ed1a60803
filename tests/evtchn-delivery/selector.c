/*
 * The 2-level ABI's bookkeeping: pending bit, selector bit, upcall flag.
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

/* How many bits of our ports there are in the pending words. */
static unsigned int nr_pending(void)
{
    unsigned int i, nr = 0;

    for ( i = 0; i < EVTCHN_2L_NR_CHANNELS; ++i )
        nr += test_bit(i, shared_info.evtchn_pending) &&
            !evtchn_is_toolstacks(i);

    return nr;
}

CASE_2L("selector: masked, just the pending bit")
{
    long port = evtchn_bind_ipi(0);

    require_ok(hypercall_evtchn_send(port));
    expect_true(test_bit(port, shared_info.evtchn_pending));
    expect_eq(nr_pending(), 1);
    expect_hex(selector(), 0);
    expect_false(upcall());
}

CASE_2L("selector: unmasked, the bit of the port's word too, and the upcall")
{
    unsigned int w;

    for ( w = 0; w < 4; ++w )
    {
        long port = port_in_word(w);

        require_msg(port > 0, "bind_ipi answered %ld", port);
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

CASE_2L("selector: unmask sets the same bits as a send")
{
    unsigned int w;

    for ( w = 0; w < 4; ++w )
    {
        long port = port_in_word(w);

        require_msg(port > 0, "bind_ipi answered %ld", port);
        require_ok(hypercall_evtchn_send(port));
        expect_hex(selector(), 0);
        require_ok(evtchn_unmask(port));
        expect_hex(selector(), 1ul << w);
        expect_true(upcall());

        evtchn_deliver();
        expect_delivered(port);
    }
}

CASE_2L("selector: words add up")
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

CASE_2L("edge: a port that is still pending raises no second upcall")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));

    /* As a guest that has noticed, and not yet looked at the port. */
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

CASE_2L("unmask: of a port without an event, the selector stays")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(port));
    expect_hex(selector(), 0);
    expect_false(upcall());
    expect_eq(nr_pending(), 0);
}

CASE_2L("close: leaves other ports of the word pending")
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
