/**
 * @file tests/evtchn-limits/main.c
 * @ref test-evtchn-limits
 *
 * @page test-evtchn-limits Event channels: all ports in use
 *
 * Takes every port that the domain may have: as many as the 2-level ABI has
 * bits (1024 for a 32-bit guest, 4096 for a 64-bit one) or as its own limit
 * allows, if that is lower.  Then nothing can be bound any more, with an
 * error and no other harm; and a port that is freed can be used again.
 *
 * The last port of the FIFO ABI takes much longer: see evtchn-all-ports.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: limits";

/* The last port that there is.  Once taken, cases share them all. */
static evtchn_port_t last;

/* This domain.  To ask for it takes a port, too. */
static int self = -1;

/* Take all ports there are, for 10 s of emulation: the error after the last. */
static long take_all(void)
{
    long port;

    while ( (port = evtchn_bind_ipi(0)) > 0 )
        last = port;

    return port;
}

CASE_2L("all ports: up to the last bit of the ABI, or to the domain's limit")
{
    self = xtf_get_domid();
    expect_errno(take_all(), -ENOSPC);
    expect_range(last, 64, EVTCHN_2L_NR_CHANNELS - 1);
    if ( self == 0 )
        /* It has no limit of its own. */
        expect_eq(last, EVTCHN_2L_NR_CHANNELS - 1);
    expect_port(last, PORT_IPI, 0);

    /* What is behind it is no port. */
    if ( last == EVTCHN_2L_NR_CHANNELS - 1 )
    {
        expect_errno(hypercall_evtchn_send(last + 1), -EINVAL);
        expect_errno(evtchn_unmask(last + 1), -EINVAL);
        expect_errno(hypercall_evtchn_close(last + 1), -EINVAL);
        expect_errno(evtchn_bind_vcpu(last + 1, 0), -EINVAL);
    }
}

CASE("all ports in use: every way to get another is -ENOSPC")
{
    expect_ev_error(evtchn_alloc(), -ENOSPC);
    expect_ev_error(evtchn_bind_ipi(0), -ENOSPC);
    expect_ev_error(evtchn_bind_virq(VIRQ_DEBUG, 0), -ENOSPC);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, 1), -ENOSPC);
#ifdef CONFIG_HVM
    expect_ev_error(evtchn_bind_pirq(8, 0), -ENOSPC);
#endif

    /* The VIRQ that got no port is not taken for bound. */
    require_ok(hypercall_evtchn_close(20));
    expect_eq(evtchn_bind_virq(VIRQ_DEBUG, 0), 20);
}

CASE("all ports in use: the last one works")
{
    require_ok(evtchn_unmask(last));
    require_ok(hypercall_evtchn_send(last));
    expect_true(test_bit(last, shared_info.evtchn_pending));
    expect_hex(this_vcpu_info()->evtchn_pending_sel,
               1ul << (last / BITS_PER_LONG));
    evtchn_deliver();
    expect_delivered(last);
}

CASE("all ports in use: one that is freed is found, and no other")
{
    const evtchn_port_t mid = last / 2;

    require_ok(hypercall_evtchn_close(mid));
    expect_port(mid, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), mid);
    expect_ev_error(evtchn_alloc(), -ENOSPC);
}

static uint8_t control[PAGE_SIZE] __page_aligned_bss;
static event_word_t words[EVTCHN_2L_NR_CHANNELS + EVTCHN_WORDS_PER_PAGE]
    __page_aligned_bss;

CASE("all ports in use: the FIFO ABI has more, and the next one works")
{
    const event_word_t linked = (1u << EVTCHN_FIFO_PENDING) |
        (1u << EVTCHN_FIFO_LINKED);
    unsigned int i;
    long port;
    int rc = evtchn_init_control(virt_to_gfn(control), 0, 0);

    if ( rc == -ENOSYS )
        skip_case("this Xen does not offer the FIFO ABI");
    require_ok(rc);

    evtchn_mask_toolstacks(words);
    for ( i = 0; i < ARRAY_SIZE(words); i += EVTCHN_WORDS_PER_PAGE )
        require_ok(evtchn_expand_array(virt_to_gfn(&words[i])));

    port = evtchn_alloc();
    if ( port == -ENOSPC && self )
        skip_case("the domain may not have that many ports");
    require_eq(port, last + 1);
    require_ok(hypercall_evtchn_close(port));
    require_eq(evtchn_bind_ipi(0), port);
    require_ok(hypercall_evtchn_send(port));
    require_ok(hypercall_evtchn_send(last));
    expect_hex(words[port], linked | last);
    expect_hex(words[last], linked);

    /* A queue that nobody empties: out of the way of what comes next. */
    require_ok(hypercall_evtchn_close(port));
    memset(words, 0, sizeof(words));
}

CASE("all ports freed: each in turn, and the first ones are used again")
{
    evtchn_port_t port, failed = 0;

    for ( port = 1; port <= last; ++port )
        if ( port != pv_console_port && port != xenbus_port )
            failed += !!hypercall_evtchn_close(port);

    expect_eq(failed, 0);
    expect_port(last, PORT_CLOSED, 0);
    for ( port = 0; port < 10; ++port )
        expect_range(evtchn_alloc(), 1, 12);
}
