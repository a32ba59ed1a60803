/*
 * EVTCHNOP_bind_ipi.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

EVTCHN_CASE("bind_ipi: every vCPU, three times each -> ports on those vCPUs")
{
    unsigned int vcpu, i;

    for ( vcpu = 0; vcpu < smp_nr_vcpus(); ++vcpu )
        for ( i = 0; i < 3; ++i )
        {
            long port = evtchn_bind_ipi(vcpu);

            require_msg(port > 0, "bind_ipi(vCPU %u) returned %ld, "
                        "expected a port", vcpu, port);
            expect_port(port, PORT_IPI, vcpu);
            expect_false(evtchn_is_pending(port));
        }
}

CASE_2L("bind_ipi: vCPU does not exist -> -ENOENT")
{
    expect_ev_error(evtchn_bind_ipi(smp_nr_vcpus()), -ENOENT);
    expect_ev_error(evtchn_bind_ipi(1u << 31), -ENOENT);
    expect_ev_error(evtchn_bind_ipi(~0u), -ENOENT);
}

CASE_2L("bind_ipi: success -> only port is written to the argument")
{
    struct {
        struct evtchn_bind_ipi op;
        uint8_t after[16];
    } arg;

    memset(&arg, 0x5a, sizeof(arg));
    arg.op.vcpu = 0;

    require_ok(hypercall_event_channel_op(EVTCHNOP_bind_ipi, &arg.op));
    expect_eq(arg.op.vcpu, 0);
    expect_range(arg.op.port, 1, 127);
    expect_fill(arg.after, 0x5a, sizeof(arg.after));
}

CASE_2L("bind_ipi: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_bind_ipi,
                                              UNMAPPED_POINTER), -EFAULT);
}
