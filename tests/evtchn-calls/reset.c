/*
 * EVTCHNOP_reset.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

static long reset(domid_t dom)
{
    struct evtchn_reset op = { .dom = dom };

    return hypercall_event_channel_op(EVTCHNOP_reset, &op);
}

EVTCHN_CASE("reset: ports of every kind open -> all closed")
{
    long port[] = {
        evtchn_alloc(), evtchn_bind_ipi(0), evtchn_bind_virq(VIRQ_DEBUG, 0),
        evtchn_bind_virq(VIRQ_ARGO, 0), evtchn_bind_ipi(smp_nr_vcpus() - 1),
    };
    evtchn_port_t a, b;
    unsigned int i;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_reset());
    evtchn_abi = EVTCHN_2L;

    for ( i = 0; i < ARRAY_SIZE(port); ++i )
        if ( port[i] != pv_console_port && port[i] != xenbus_port )
            expect_port(port[i], PORT_CLOSED, 0);
    expect_port(a, PORT_CLOSED, 0);
    expect_port(b, PORT_CLOSED, 0);
}

EVTCHN_CASE("reset: per-vCPU and global VIRQ bound -> both can be bound again")
{
    evtchn_bind_virq(VIRQ_DEBUG, 0);
    evtchn_bind_virq(VIRQ_ARGO, 0);
    require_ok(evtchn_reset());
    evtchn_abi = EVTCHN_2L;

    expect_true(evtchn_bind_virq(VIRQ_DEBUG, 0) > 0);
    expect_true(evtchn_bind_virq(VIRQ_ARGO, 0) > 0);
}

CASE_2L("reset: ports pending -> pending bits cleared, mask bits kept")
{
    long a = evtchn_bind_ipi(0), b = evtchn_bind_ipi(0);

    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(evtchn_reset());

    expect_false(evtchn_is_pending(a));
    expect_false(evtchn_is_pending(b));
    expect_true(evtchn_is_masked(a));
    expect_false(evtchn_is_masked(b));
}

EVTCHN_CASE("reset: port rebound, prioritised and pending -> state of a new port when reused")
{
    const unsigned int last = smp_nr_vcpus() - 1;
    const enum evtchn_abi abi = evtchn_abi;
    evtchn_port_t a, b;
    long port;

    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_bind_vcpu(a, last));
    require_ok(evtchn_bind_vcpu(b, last));
    if ( abi == EVTCHN_FIFO )
        require_ok(evtchn_set_priority(a, 3));
    require_ok(evtchn_unmask(a));
    require_ok(hypercall_evtchn_send(b));
    require_ok(hypercall_evtchn_send(a));

    /* The port is on no queue and no longer pending. */
    require_ok(evtchn_start(abi));
    port = evtchn_alloc();
    expect_eq(port, a);
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
    expect_false(evtchn_is_pending(port));
    require_ok(hypercall_evtchn_close(port));

    expect_eq(evtchn_bind_ipi(0), a);
    require_ok(evtchn_unmask(a));
    require_ok(hypercall_evtchn_send(a));
    if ( abi == EVTCHN_FIFO )
        expect_hex(evtchn_control_block(0)->ready,
                   1 << EVTCHN_FIFO_PRIORITY_DEFAULT);
    evtchn_deliver();
    expect_delivered(a);
}

CASE_2L("reset: PIRQ bound -> closed, can be bound again")
{
#ifdef CONFIG_HVM
    long port = evtchn_bind_pirq(8, 0);

    require_msg(port > 0, "bind_pirq returned %ld, expected a port", port);
    require_ok(evtchn_reset());
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_bind_pirq(8, 0), port);
#else
    skip_case("needs an HVM guest: PV needs a host interrupt for each PIRQ");
#endif
}

CASE_FIFO("reset: FIFO ABI in use -> 2-level ABI afterwards")
{
    long port = evtchn_bind_ipi(0);

    require_ok(evtchn_set_priority(port, 3));
    require_ok(evtchn_reset());
    evtchn_abi = EVTCHN_2L;

    port = evtchn_bind_ipi(0);
    expect_errno(evtchn_set_priority(port, 3), -ENOSYS);
    expect_errno(evtchn_expand_array(1), -EOPNOTSUPP);
    require_ok(hypercall_evtchn_send(port));
    expect_true(test_bit(port, shared_info.evtchn_pending));
}

CASE_FIFO("reset: FIFO ABI in use -> event words and control block not written again")
{
    long port = evtchn_bind_ipi(0);
    static event_word_t was[EVTCHN_WORDS_PER_PAGE];
    evtchn_fifo_control_block_t block;

    require_ok(evtchn_unmask(port));
    require_ok(evtchn_reset());
    evtchn_abi = EVTCHN_2L;
    memcpy(was, evtchn_word(0), sizeof(was));
    block = *evtchn_control_block(0);

    port = evtchn_bind_ipi(0);
    require_ok(hypercall_evtchn_send(port));
    require_ok(evtchn_unmask(port));
    expect_mem(evtchn_word(0), was, sizeof(was));
    expect_mem(evtchn_control_block(0), &block, sizeof(block));
}

CASE_2L("reset: FIFO and 2-level ABI in turn -> events delivered by each")
{
    unsigned int i;
    int rc;

    for ( i = 0; i < 6; ++i )
    {
        long port;

        rc = evtchn_start(i & 1 ? EVTCHN_2L : EVTCHN_FIFO);
        need_fifo(rc);
        require_ok(rc);

        port = evtchn_bind_ipi(0);
        require_ok(evtchn_unmask(port));
        require_ok(hypercall_evtchn_send(port));
        evtchn_deliver();
        expect_delivered(port);
    }
}

CASE_2L("reset: 1000 ports, so that Xen preempts the reset -> all closed")
{
    unsigned int i, open = 0;

    for ( i = 0; i < 1000; ++i )
        if ( evtchn_alloc() < 0 )
            break;
    expect_true(i > 100);

    require_ok(evtchn_reset());
    for ( i = 1; i < 1000; ++i )
    {
        evtchn_status_t s = { .dom = DOMID_SELF, .port = i };

        if ( i != pv_console_port && i != xenbus_port &&
             !hypercall_evtchn_status(&s) && s.status != EVTCHNSTAT_closed )
            open++;
    }
    expect_eq(open, 0);
}

CASE_2L("reset: no ports open, twice -> 0")
{
    expect_ok(evtchn_reset());
    expect_ok(evtchn_reset());
}

CASE_2L("reset: unallocated domid -> -ESRCH")
{
    evtchn_alloc();
    expect_ev_error(reset(NO_DOMAIN), -ESRCH);
    expect_ev_error(reset(DOMID_IO), -ESRCH);
    expect_ev_error(reset(DOMID_INVALID), -ESRCH);
}

CASE_2L("reset: another domain, unprivileged -> -EPERM")
{
    need_unprivileged();
    need_privilege_checks();

    evtchn_alloc();
    expect_ev_error(reset(0), -EPERM);
}

CASE_2L("reset: argument at an unmapped address -> -EFAULT")
{
    evtchn_alloc();
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_reset,
                                              UNMAPPED_POINTER), -EFAULT);
}
