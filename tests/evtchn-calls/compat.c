/*
 * event_channel_op_compat, the older hypercall for PV guests: command and
 * argument are in one structure.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

static long compat_op(evtchn_op_t *op)
{
    return HYPERCALL1(long, __HYPERVISOR_event_channel_op_compat, op);
}

#ifdef CONFIG_PV

CASE_2L("compat: alloc_unbound, bind_interdomain, send, close -> 0, with effect")
{
    int self = xtf_get_domid();
    evtchn_op_t op = {
        .cmd = EVTCHNOP_alloc_unbound,
        .u.alloc_unbound = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF },
    };
    evtchn_port_t a, b;

    require_ok(compat_op(&op));
    a = op.u.alloc_unbound.port;
    expect_port(a, PORT_UNBOUND(self), 0);

    op = (evtchn_op_t){
        .cmd = EVTCHNOP_bind_interdomain,
        .u.bind_interdomain = { .remote_dom = DOMID_SELF, .remote_port = a },
    };
    require_ok(compat_op(&op));
    b = op.u.bind_interdomain.local_port;
    expect_port(b, PORT_INTERDOMAIN(self, a), 0);

    op = (evtchn_op_t){ .cmd = EVTCHNOP_send, .u.send.port = b };
    require_ok(compat_op(&op));
    expect_true(evtchn_is_pending(a));

    op = (evtchn_op_t){ .cmd = EVTCHNOP_close, .u.close.port = b };
    require_ok(compat_op(&op));
    expect_port(b, PORT_CLOSED, 0);
}

CASE_2L("compat: bind_virq, bind_ipi, bind_vcpu, unmask, status -> 0, with effect")
{
    const unsigned int last = smp_nr_vcpus() - 1;
    evtchn_op_t op = {
        .cmd = EVTCHNOP_bind_virq, .u.bind_virq = { .virq = VIRQ_ARGO },
    };
    evtchn_port_t virq;

    require_ok(compat_op(&op));
    virq = op.u.bind_virq.port;
    expect_port(virq, PORT_VIRQ(VIRQ_ARGO), 0);

    op = (evtchn_op_t){
        .cmd = EVTCHNOP_bind_vcpu,
        .u.bind_vcpu = { .port = virq, .vcpu = last },
    };
    require_ok(compat_op(&op));
    expect_port(virq, PORT_VIRQ(VIRQ_ARGO), last);

    op = (evtchn_op_t){ .cmd = EVTCHNOP_unmask, .u.unmask.port = virq };
    require_ok(compat_op(&op));
    expect_false(evtchn_is_masked(virq));

    op = (evtchn_op_t){ .cmd = EVTCHNOP_bind_ipi, .u.bind_ipi.vcpu = last };
    require_ok(compat_op(&op));
    expect_port(op.u.bind_ipi.port, PORT_IPI, last);

    op = (evtchn_op_t){
        .cmd = EVTCHNOP_status,
        .u.status = { .dom = DOMID_SELF, .port = virq },
    };
    require_ok(compat_op(&op));
    expect_eq(op.u.status.status, EVTCHNSTAT_virq);
    expect_eq(op.u.status.u.virq, VIRQ_ARGO);
    expect_eq(op.u.status.vcpu, last);
}

CASE_2L("compat: close, bind_ipi, bind_pirq fail -> errno of the operation")
{
    evtchn_op_t op = { .cmd = EVTCHNOP_close };

    expect_ev_error(compat_op(&op), -EINVAL);
    op = (evtchn_op_t){
        .cmd = EVTCHNOP_bind_ipi, .u.bind_ipi.vcpu = smp_nr_vcpus(),
    };
    expect_ev_error(compat_op(&op), -ENOENT);
    op = (evtchn_op_t){ .cmd = EVTCHNOP_bind_pirq, .u.bind_pirq.pirq = ~0u };
    expect_ev_error(compat_op(&op), -EINVAL);
}

CASE_2L("compat: reset, FIFO operations and unknown commands -> -ENOSYS")
{
    static const uint32_t cmds[] = {
        EVTCHNOP_reset, EVTCHNOP_init_control, EVTCHNOP_expand_array,
        EVTCHNOP_set_priority, 14, ~0u,
    };
    unsigned int i;

    evtchn_alloc();
    for ( i = 0; i < ARRAY_SIZE(cmds); ++i )
    {
        evtchn_op_t op = { .cmd = cmds[i] };

        expect_ev_error(compat_op(&op), -ENOSYS);
    }
}

CASE_2L("compat: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(compat_op(UNMAPPED_POINTER), -EFAULT);
}

#else

CASE_2L("compat: HVM guest -> -ENOSYS")
{
    evtchn_op_t op = {
        .cmd = EVTCHNOP_alloc_unbound,
        .u.alloc_unbound = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF },
    };

    expect_ev_error(compat_op(&op), -ENOSYS);
}

#endif
