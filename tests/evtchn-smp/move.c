/*
 * EVTCHNOP_bind_vcpu: from when on events are delivered on the new vCPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include "smp.h"

EVTCHN_CASE("bind_vcpu: port not pending -> next event delivered on the new vCPU")
{
    evtchn_port_t a, b;
    unsigned int vcpu;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_unmask(b));

    for ( vcpu = smp_usable_vcpus(); vcpu-- > 0; )
    {
        require_ok(evtchn_bind_vcpu(b, vcpu));
        require_ok(hypercall_evtchn_send(a));
        expect_true(xtf_vcpu_info[vcpu]->evtchn_upcall_pending);
        require_ok(smp_call(vcpu, deliver_here, NULL));
        expect_eq(evtchn_log[0].vcpu, vcpu);
        expect_delivered(b);
    }
}

EVTCHN_CASE("bind_vcpu: port not pending -> no upcall, not pending")
{
    evtchn_port_t a, b;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_unmask(b));
    require_ok(evtchn_bind_vcpu(b, 1));

    expect_false(xtf_vcpu_info[0]->evtchn_upcall_pending);
    expect_false(xtf_vcpu_info[1]->evtchn_upcall_pending);
    expect_false(evtchn_is_pending(b));
}

EVTCHN_CASE("bind_vcpu: port pending and masked -> unmask raises it on the new vCPU")
{
    evtchn_port_t a, b;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(evtchn_bind_vcpu(b, 1));
    require_ok(evtchn_unmask(b));
    expect_false(xtf_vcpu_info[0]->evtchn_upcall_pending);
    expect_true(xtf_vcpu_info[1]->evtchn_upcall_pending);

    require_ok(smp_call(1, deliver_here, NULL));
    expect_eq(evtchn_log[0].vcpu, 1);
    expect_delivered(b);
}

CASE_FIFO("bind_vcpu: port LINKED -> delivered once on the old vCPU, then on the new vCPU")
{
    evtchn_port_t a, b;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(a));
    require_ok(evtchn_bind_vcpu(b, 1));
    require_ok(hypercall_evtchn_send(a));

    require_ok(smp_call(1, deliver_here, NULL));
    expect_none_delivered();
    evtchn_deliver();
    expect_eq(evtchn_log[0].vcpu, 0);
    expect_delivered(b);

    require_ok(hypercall_evtchn_send(a));
    evtchn_deliver();
    expect_none_delivered();
    require_ok(smp_call(1, deliver_here, NULL));
    expect_eq(evtchn_log[0].vcpu, 1);
    expect_delivered(b);
}

CASE_FIFO("bind_vcpu: tail of vCPU 0's queue, back and forth -> queues of both vCPUs deliver in order")
{
    evtchn_port_t a[3], b[3];
    unsigned int i, round;

    need_vcpus(2);

    for ( i = 0; i < 3; ++i )
    {
        require_ok(evtchn_loopback(&a[i], &b[i]));
        require_ok(evtchn_unmask(b[i]));
    }

    /* Rebind the tail of vCPU 0's queue to vCPU 1, and back. */
    for ( round = 0; round < 4; ++round )
    {
        require_ok(hypercall_evtchn_send(a[0]));
        require_ok(hypercall_evtchn_send(a[1]));
        evtchn_deliver();
        expect_delivered(b[0], b[1]);

        require_ok(evtchn_bind_vcpu(b[1], 1));
        require_ok(hypercall_evtchn_send(a[1]));
        require_ok(hypercall_evtchn_send(a[2]));
        require_ok(hypercall_evtchn_send(a[0]));
        evtchn_deliver();
        expect_delivered(b[2], b[0]);
        require_ok(smp_call(1, deliver_here, NULL));
        expect_delivered(b[1]);

        require_ok(evtchn_bind_vcpu(b[1], 0));
    }
}

EVTCHN_CASE("bind_vcpu: one end of a channel -> other end delivered on vCPU 0")
{
    evtchn_port_t a, b;

    need_vcpus(2);
    require_ok(evtchn_loopback(&a, &b));
    require_ok(evtchn_unmask(a));
    require_ok(evtchn_unmask(b));
    require_ok(evtchn_bind_vcpu(b, 1));
    require_ok(hypercall_evtchn_send(b));
    evtchn_deliver();
    expect_eq(evtchn_log[0].vcpu, 0);
    expect_delivered(a);
}

EVTCHN_CASE("bind_ipi: vCPU 0, port was an IPI of vCPU 1 -> delivered on vCPU 0")
{
    long port, again;

    need_vcpus(2);
    port = evtchn_bind_ipi(1);
    require_ok(hypercall_evtchn_close(port));
    again = evtchn_bind_ipi(0);
    expect_eq(again, port);
    require_ok(evtchn_unmask(again));
    require_ok(hypercall_evtchn_send(again));
    expect_false(xtf_vcpu_info[1]->evtchn_upcall_pending);
    evtchn_deliver();
    expect_eq(evtchn_log[0].vcpu, 0);
    expect_delivered(again);
}
