/**
 * @file tests/evtchn-limits/main.c
 * @ref test-evtchn-limits
 *
 * @page test-evtchn-limits Event channels: all ports in use
 *
 * Opens every port that the domain may have: all of the 2-level ABI (1024 for a
 * 32-bit guest, 4096 for a 64-bit one), or fewer if the domain's own limit is
 * lower.  Then every operation that opens a port is -ENOSPC and changes
 * nothing, and the number of a closed port can be used again.
 *
 * To reach the last port of the FIFO ABI takes much longer: evtchn-all-ports.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: all ports in use";

/* The highest port.  The case that runs first opens all, and leaves them open. */
static evtchn_port_t last;

/* This domain's ID.  The first xtf_get_domid() takes a port, too. */
static int self = -1;

/* Open all ports: the errno after the last one.  10 s under emulation. */
static long take_all(void)
{
    long port;

    if ( !last )
    {
        int rc = evtchn_start(EVTCHN_2L);

        if ( rc )
            return rc;
        self = xtf_get_domid();
    }
    while ( (port = evtchn_bind_ipi(0)) > 0 )
        last = max(last, (evtchn_port_t)port);

    return port;
}

CASE_2L("bind_ipi: until no port is left -> all ports of the ABI or of the domain's limit, then -ENOSPC")
{
    expect_errno(take_all(), -ENOSPC);
    expect_range(last, 64, EVTCHN_2L_NR_CHANNELS - 1);
    if ( self == 0 )
        /* dom0 has no lower limit. */
        expect_eq(last, EVTCHN_2L_NR_CHANNELS - 1);
    expect_port(last, PORT_IPI, 0);

    /* The number above the last bit is out of range. */
    if ( last == EVTCHN_2L_NR_CHANNELS - 1 )
    {
        expect_errno(hypercall_evtchn_send(last + 1), -EINVAL);
        expect_errno(evtchn_unmask(last + 1), -EINVAL);
        expect_errno(hypercall_evtchn_close(last + 1), -EINVAL);
        expect_errno(evtchn_bind_vcpu(last + 1, 0), -EINVAL);
    }
}

CASE("alloc_unbound, bind_ipi, bind_virq, bind_interdomain, bind_pirq: all ports in use -> -ENOSPC")
{
    require_errno(take_all(), -ENOSPC);
    expect_ev_error(evtchn_alloc(), -ENOSPC);
    expect_ev_error(evtchn_bind_ipi(0), -ENOSPC);
    expect_ev_error(evtchn_bind_virq(VIRQ_DEBUG, 0), -ENOSPC);
    expect_ev_error(evtchn_bind_interdomain(DOMID_SELF, 1), -ENOSPC);
#ifdef CONFIG_HVM
    expect_ev_error(evtchn_bind_pirq(8, 0), -ENOSPC);
#endif

    /* The VIRQ is not left bound by the failed bind_virq. */
    require_ok(hypercall_evtchn_close(20));
    expect_eq(evtchn_bind_virq(VIRQ_DEBUG, 0), 20);
}

CASE("send: all ports in use, to the last one -> delivered")
{
    require_errno(take_all(), -ENOSPC);
    require_ok(evtchn_unmask(last));
    require_ok(hypercall_evtchn_send(last));
    expect_true(test_bit(last, shared_info.evtchn_pending));
    expect_hex(this_vcpu_info()->evtchn_pending_sel,
               1ul << (last / BITS_PER_LONG));
    evtchn_deliver();
    expect_delivered(last);
}

CASE("alloc_unbound: all ports but one in use, twice -> that port, -ENOSPC")
{
    evtchn_port_t mid;

    require_errno(take_all(), -ENOSPC);
    mid = last / 2;
    require_ok(hypercall_evtchn_close(mid));
    expect_port(mid, PORT_CLOSED, 0);
    expect_eq(evtchn_alloc(), mid);
    expect_ev_error(evtchn_alloc(), -ENOSPC);
}

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

static uint8_t control[PAGE_SIZE] __page_aligned_bss;
static event_word_t words[EVTCHN_2L_NR_CHANNELS + EVTCHN_WORDS_PER_PAGE]
    __page_aligned_bss;

CASE("init_control: all 2-level ports in use -> the next port can be bound and is raised")
{
    const event_word_t linked = (1u << EVTCHN_FIFO_PENDING) |
        (1u << EVTCHN_FIFO_LINKED);
    unsigned int i;
    long port;
    int rc;

    require_errno(take_all(), -ENOSPC);
    rc = evtchn_init_control(virt_to_gfn(control), 0, 0);
    need_fifo(rc);
    require_ok(rc);

    evtchn_mask_toolstacks(words);
    for ( i = 0; i < ARRAY_SIZE(words); i += EVTCHN_WORDS_PER_PAGE )
        require_ok(evtchn_expand_array(virt_to_gfn(&words[i])));

    port = evtchn_alloc();
    if ( port == -ENOSPC && self )
        skip_case("needs more ports: event_channels in the xl.cfg");
    require_eq(port, last + 1);
    require_ok(hypercall_evtchn_close(port));
    require_eq(evtchn_bind_ipi(0), port);
    require_ok(hypercall_evtchn_send(port));
    require_ok(hypercall_evtchn_send(last));
    expect_hex(words[port], linked | last);
    expect_hex(words[last], linked);

    /* The ports stay on a queue: drop it for the cases that follow. */
    require_ok(hypercall_evtchn_close(port));
    memset(words, 0, sizeof(words));
}

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 2

CASE("close: all ports in turn -> closed, the lowest numbers are reused")
{
    evtchn_port_t port, failed = 0;

    /* By the FIFO ABI, there would be many more. */
    if ( !last )
        require_errno(take_all(), -ENOSPC);
    for ( port = 1; port <= last; ++port )
        if ( port != pv_console_port && port != xenbus_port )
            failed += !!hypercall_evtchn_close(port);

    expect_eq(failed, 0);
    expect_port(last, PORT_CLOSED, 0);
    for ( port = 0; port < 10; ++port )
        expect_range(evtchn_alloc(), 1, 12);
}
