/**
 * @file tests/evtchn-smp/main.c
 * @ref test-evtchn-smp
 *
 * @page test-evtchn-smp Event channels: several vCPUs
 *
 * An event is delivered on the vCPU that its port is bound to and on no other;
 * it wakes that vCPU from a poll or a block; and it is delivered exactly once
 * while two vCPUs send, or while its port is rebound.
 *
 * This file: on which vCPU events are delivered.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/irqflags.h>

#include "smp.h"

const char test_title[] = "Event channels: several vCPUs";

void deliver_here(void *arg)
{
    evtchn_deliver();
}

EVTCHN_CASE("send: IPI of each vCPU -> delivered on that vCPU only")
{
    unsigned int vcpu;

    need_vcpus(2);

    for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
    {
        long port = evtchn_bind_ipi(vcpu);
        unsigned int other;

        require_ok(evtchn_unmask(port));
        require_ok(hypercall_evtchn_send(port));

        for ( other = 0; other < smp_usable_vcpus(); ++other )
        {
            expect_eq(xtf_vcpu_info[other]->evtchn_upcall_pending,
                      other == vcpu);
            if ( other != vcpu )
                require_ok(smp_call(other, deliver_here, NULL));
        }
        expect_none_delivered();

        require_ok(smp_call(vcpu, deliver_here, NULL));
        expect_eq(evtchn_log[0].vcpu, vcpu);
        expect_delivered(port);
    }
}

CASE_2L("send: port on vCPU 1 -> evtchn_pending_sel of vCPU 1 only")
{
    unsigned int other;
    long port;

    need_vcpus(2);
    port = evtchn_bind_ipi(1);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    for ( other = 0; other < smp_usable_vcpus(); ++other )
        expect_hex(xtf_vcpu_info[other]->evtchn_pending_sel, other == 1);
}

CASE_FIFO("send: a port on each vCPU -> head and ready bit of that vCPU only")
{
    unsigned int vcpu, other;

    need_vcpus(2);

    for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
    {
        long port = evtchn_bind_ipi(vcpu);

        require_ok(evtchn_set_priority(port, vcpu));
        require_ok(evtchn_unmask(port));
        require_ok(hypercall_evtchn_send(port));
        expect_eq(evtchn_control_block(vcpu)->head[vcpu], port);
    }

    for ( other = 0; other < smp_usable_vcpus(); ++other )
        expect_hex(evtchn_control_block(other)->ready, 1u << other);
}

CASE_FIFO("queue order: ports of two vCPUs -> delivered in the order of send on each vCPU")
{
    long a[2], b[2];
    unsigned int i;

    need_vcpus(2);

    for ( i = 0; i < 2; ++i )
    {
        a[i] = evtchn_bind_ipi(i);
        b[i] = evtchn_bind_ipi(i);
        require_ok(evtchn_unmask(a[i]));
        require_ok(evtchn_unmask(b[i]));
    }

    require_ok(hypercall_evtchn_send(b[1]));
    require_ok(hypercall_evtchn_send(a[0]));
    require_ok(hypercall_evtchn_send(a[1]));
    require_ok(hypercall_evtchn_send(b[0]));
    evtchn_deliver();
    expect_delivered(a[0], b[0]);
    require_ok(smp_call(1, deliver_here, NULL));
    expect_delivered(b[1], a[1]);
}

static void set_timer_here(void *arg)
{
    const uint64_t now = time_now();

    timer_set(now + MILLISECONDS(10));
    do {
        time_sleep(MILLISECONDS(5));
        evtchn_deliver();
    } while ( !evtchn_nr_logged && time_now() < now + SECONDS(60) );
    timer_stop();
}

EVTCHN_CASE("VIRQ_TIMER: timer of each vCPU -> delivered at that vCPU's port, on that vCPU")
{
    long port[SMP_MAX_VCPUS];
    unsigned int vcpu;

    need_vcpus(2);

    for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
    {
        port[vcpu] = evtchn_bind_virq(VIRQ_TIMER, vcpu);
        require_ok(evtchn_unmask(port[vcpu]));
    }

    for ( vcpu = 0; vcpu < smp_usable_vcpus(); ++vcpu )
    {
        require_ok(smp_call(vcpu, set_timer_here, &port[vcpu]));
        expect_eq(evtchn_log[0].vcpu, vcpu);
        expect_delivered(port[vcpu]);
    }
}

CASE_2L("set_singleshot_timer, stop_singleshot_timer: vCPU is not the caller's -> -EINVAL")
{
    vcpu_set_singleshot_timer_t op = { .timeout_abs_ns = time_now() };
    long port;

    need_vcpus(2);
    port = evtchn_bind_virq(VIRQ_TIMER, 1);

    expect_ev_error(hypercall_vcpu_op(VCPUOP_set_singleshot_timer, 1, &op),
                   -EINVAL);
    expect_ev_error(hypercall_vcpu_op(VCPUOP_stop_singleshot_timer, 1, NULL),
                   -EINVAL);
    expect_false(evtchn_is_pending(port));
}

EVTCHN_CASE("send: IPI of the last vCPU -> upcall pending on that vCPU")
{
    const unsigned int last = smp_nr_vcpus() - 1;
    long port;

    need_vcpus(2);
    if ( last >= SMP_MAX_VCPUS )
        skip_case("needs at most %u vCPUs", SMP_MAX_VCPUS);

    port = evtchn_bind_ipi(last);
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_true(xtf_vcpu_info[last]->evtchn_upcall_pending);
    expect_false(xtf_vcpu_info[0]->evtchn_upcall_pending);
}
