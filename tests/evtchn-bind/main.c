/**
 * @file tests/evtchn-bind/main.c
 * @ref test-evtchn-bind
 *
 * @page test-evtchn-bind Event channels: binding of interrupts and vCPUs
 *
 * EVTCHNOP_bind_virq, bind_ipi, bind_pirq and bind_vcpu: which VIRQs, vCPUs
 * and PIRQs a domain may bind, how often, to which vCPU, and the error of each
 * refusal.  Guests build their interrupt handling upon these rules and rely on
 * the errors, too.
 *
 * This file: bind_virq.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: binding of interrupts and vCPUs";

static const uint32_t per_vcpu[] = {
    VIRQ_TIMER, VIRQ_DEBUG, VIRQ_XENOPROF, VIRQ_XENPMU,
};

/* Global VIRQs that an unprivileged domain may bind in all releases. */
static const uint32_t global[] = { VIRQ_ARGO };

EVTCHN_CASE("bind_virq: each per-vCPU VIRQ, vCPU 0 -> port on vCPU 0, not pending")
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(per_vcpu); ++i )
    {
        long port = evtchn_bind_virq(per_vcpu[i], 0);

        require_msg(port > 0, "bind_virq(VIRQ %u, vCPU 0) returned %ld, "
                    "expected a port", per_vcpu[i], port);
        expect_port(port, PORT_VIRQ(per_vcpu[i]), 0);
        expect_false(evtchn_is_pending(port));
    }
}

CASE_2L("bind_virq: each per-vCPU VIRQ, twice on every vCPU -> port, -EEXIST")
{
    unsigned int i, vcpu;

    for ( i = 0; i < ARRAY_SIZE(per_vcpu); ++i )
        for ( vcpu = 0; vcpu < smp_nr_vcpus(); ++vcpu )
        {
            long port = evtchn_bind_virq(per_vcpu[i], vcpu);

            require_msg(port > 0, "bind_virq(VIRQ %u, vCPU %u) returned %ld, "
                        "expected a port", per_vcpu[i], vcpu, port);
            expect_port(port, PORT_VIRQ(per_vcpu[i]), vcpu);
            expect_errno(evtchn_bind_virq(per_vcpu[i], vcpu), -EEXIST);
        }
}

CASE_2L("bind_virq: global VIRQ, vCPU 0 -> port on vCPU 0")
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(global); ++i )
    {
        long port = evtchn_bind_virq(global[i], 0);

        require_msg(port > 0, "bind_virq(VIRQ %u, vCPU 0) returned %ld, "
                    "expected a port", global[i], port);
        expect_port(port, PORT_VIRQ(global[i]), 0);
    }
}

CASE_2L("bind_virq: dom0, all VIRQs at once, each twice -> ports, -EEXIST")
{
    static const uint32_t named[] = {
        VIRQ_TIMER, VIRQ_DEBUG, VIRQ_CONSOLE, VIRQ_DOM_EXC, VIRQ_TBUF,
        VIRQ_DEBUGGER, VIRQ_XENOPROF, VIRQ_CON_RING, VIRQ_PCPU_STATE,
        VIRQ_MEM_EVENT, VIRQ_ARGO, VIRQ_ENOMEM, VIRQ_XENPMU, VIRQ_ARCH_0,
    };
    long port[ARRAY_SIZE(named)];
    unsigned int i;

    need_domain_0("some VIRQs need a privileged domain");

    for ( i = 0; i < ARRAY_SIZE(named); ++i )
    {
        port[i] = evtchn_bind_virq(named[i], 0);
        require_msg(port[i] > 0, "bind_virq(VIRQ %u, vCPU 0) returned %ld, "
                    "expected a port", named[i], port[i]);
    }

    for ( i = 0; i < ARRAY_SIZE(named); ++i )
    {
        expect_port(port[i], PORT_VIRQ(named[i]), 0);
        expect_errno(evtchn_bind_virq(named[i], 0), -EEXIST);
    }
}

EVTCHN_CASE("bind_virq: VIRQ already bound -> -EEXIST")
{
    long timer = evtchn_bind_virq(VIRQ_TIMER, 0);
    long argo = evtchn_bind_virq(VIRQ_ARGO, 0);

    expect_ev_error(evtchn_bind_virq(VIRQ_TIMER, 0), -EEXIST);
    expect_ev_error(evtchn_bind_virq(VIRQ_ARGO, 0), -EEXIST);
    expect_port(timer, PORT_VIRQ(VIRQ_TIMER), 0);
    expect_port(argo, PORT_VIRQ(VIRQ_ARGO), 0);
}

CASE_2L("bind_virq: global VIRQ, vCPU is not 0 -> -EINVAL")
{
    expect_ev_error(evtchn_bind_virq(VIRQ_ARGO, smp_nr_vcpus()), -EINVAL);
    expect_ev_error(evtchn_bind_virq(VIRQ_DOM_EXC, 1), -EINVAL);
    expect_ev_error(evtchn_bind_virq(VIRQ_CONSOLE, 1), -EINVAL);
    expect_ev_error(evtchn_bind_virq(VIRQ_CON_RING, 1), -EINVAL);
    expect_ev_error(evtchn_bind_virq(VIRQ_PCPU_STATE, 1), -EINVAL);
    expect_ev_error(evtchn_bind_virq(VIRQ_ARCH_0, 1), -EINVAL);
}

CASE_2L("bind_virq: virq is NR_VIRQS or above -> -EINVAL")
{
    expect_ev_error(evtchn_bind_virq(NR_VIRQS, 0), -EINVAL);
    expect_ev_error(evtchn_bind_virq(~0u, 0), -EINVAL);
    expect_ev_error(evtchn_bind_virq(1u << 31, 0), -EINVAL);
}

CASE_2L("bind_virq: virq is NR_VIRQS - 1 -> port")
{
    long port = evtchn_bind_virq(NR_VIRQS - 1, 0);

    require_msg(port > 0, "bind_virq(VIRQ %u, vCPU 0) returned %ld, "
                "expected a port", NR_VIRQS - 1, port);
    expect_port(port, PORT_VIRQ(NR_VIRQS - 1), 0);
}

CASE_2L("bind_virq: vCPU does not exist -> -ENOENT")
{
    expect_ev_error(evtchn_bind_virq(VIRQ_TIMER, smp_nr_vcpus()), -ENOENT);
    expect_ev_error(evtchn_bind_virq(VIRQ_TIMER, 1u << 31), -ENOENT);
    expect_ev_error(evtchn_bind_virq(VIRQ_TIMER, ~0u), -ENOENT);
}

CASE_2L("bind_virq: VIRQ's port closed -> same port again")
{
    long port = evtchn_bind_virq(VIRQ_TIMER, 0);

    require_ok(hypercall_evtchn_close(port));
    expect_eq(evtchn_bind_virq(VIRQ_TIMER, 0), port);
    expect_ev_error(evtchn_bind_virq(VIRQ_TIMER, 0), -EEXIST);
}

CASE_2L("bind_virq: success -> only port is written to the argument")
{
    struct {
        struct evtchn_bind_virq op;
        uint8_t after[16];
    } arg;

    memset(&arg, 0x5a, sizeof(arg));
    arg.op.virq = VIRQ_DEBUG;
    arg.op.vcpu = 0;

    require_ok(hypercall_event_channel_op(EVTCHNOP_bind_virq, &arg.op));
    expect_eq(arg.op.virq, VIRQ_DEBUG);
    expect_eq(arg.op.vcpu, 0);
    expect_range(arg.op.port, 1, 127);
    expect_fill(arg.after, 0x5a, sizeof(arg.after));
}

CASE_2L("bind_virq: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_bind_virq,
                                              UNMAPPED_POINTER), -EFAULT);
}

EVTCHN_CASE("VIRQ_TIMER: timer expires -> its port is pending")
{
    long port = evtchn_bind_virq(VIRQ_TIMER, 0);

    require_ok(timer_set(time_now() - 1));
    expect_true(evtchn_is_pending(port));
}

EVTCHN_CASE("VIRQ_TIMER: its port closed, the port bound to VIRQ_DEBUG -> not pending")
{
    long port = evtchn_bind_virq(VIRQ_TIMER, 0);

    require_ok(hypercall_evtchn_close(port));
    expect_eq(evtchn_bind_virq(VIRQ_DEBUG, 0), port);
    require_ok(timer_set(time_now() - 1));
    expect_false(evtchn_is_pending(port));
}

EVTCHN_CASE("VIRQ_TIMER: timer expires before bind_virq -> new port not pending")
{
    long port;

    require_ok(timer_set(time_now() - 1));
    port = evtchn_bind_virq(VIRQ_TIMER, 0);
    require_msg(port > 0, "bind_virq returned %ld, expected a port", port);
    expect_false(evtchn_is_pending(port));

    require_ok(timer_set(time_now() - 1));
    expect_true(evtchn_is_pending(port));
}

/* XEN_SYSCTL_debug_keys: 0, or -errno where the domain is not privileged. */
static long debug_key(char key)
{
    char keys[1] = { key };
    xen_sysctl_t op = {};

    op.u.debug_keys.keys.p = keys;
    op.u.debug_keys.nr_keys = 1;

    return xen_sysctl(XEN_SYSCTL_debug_keys, &op);
}

EVTCHN_CASE("VIRQ_DEBUG: debug key q -> every vCPU's port is pending")
{
    const unsigned int nr = smp_usable_vcpus();
    long port[SMP_MAX_VCPUS];
    unsigned int vcpu;

    for ( vcpu = 0; vcpu < nr; ++vcpu )
        port[vcpu] = evtchn_bind_virq(VIRQ_DEBUG, vcpu);

    if ( debug_key('q') )
        skip_case("needs domain 0: XEN_SYSCTL_debug_keys");

    for ( vcpu = 0; vcpu < nr; ++vcpu )
        expect_true(evtchn_is_pending(port[vcpu]));
}

EVTCHN_CASE("VIRQ_CON_RING: debug key h -> port is pending, also after bind_vcpu to the last vCPU")
{
    const unsigned int last = smp_usable_vcpus() - 1;
    long port = evtchn_bind_virq(VIRQ_CON_RING, 0);

    if ( debug_key('h') )
        skip_case("needs domain 0: XEN_SYSCTL_debug_keys");

    /* Xen raises it from a tasklet, so not before the hypercall returns. */
    expect_true(evtchn_wait(port, SECONDS(60)));

    evtchn_clear(port);
    require_ok(evtchn_bind_vcpu(port, last));
    require_ok(debug_key('h'));
    expect_true(evtchn_wait(port, SECONDS(60)));
    expect_port(port, PORT_VIRQ(VIRQ_CON_RING), last);
}

EVTCHN_CASE("debug key e: ports of every kind open -> their state is unchanged")
{
    evtchn_port_t a, b;
    long ipi = evtchn_bind_ipi(0);

    evtchn_alloc();
    evtchn_bind_virq(VIRQ_TIMER, 0);
    evtchn_bind_pirq(8, BIND_PIRQ__WILL_SHARE);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(ipi));
    evtchn_unmask(ipi);

    if ( debug_key('e') )
        skip_case("needs domain 0: XEN_SYSCTL_debug_keys");

    expect_true(evtchn_is_pending(ipi));
    expect_port(ipi, PORT_IPI, 0);
}
