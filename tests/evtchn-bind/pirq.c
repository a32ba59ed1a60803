/*
 * EVTCHNOP_bind_pirq.
 *
 * An HVM guest may bind a PIRQ that no interrupt is mapped to: an emulated
 * interrupt may be mapped to it later.  A PV guest needs a host interrupt that
 * is assigned to it: dom0 has nearly all of them, other domains have none.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

/* A port for any PIRQ, whose number is stored in *pirq; or -errno. */
static long bind_some_pirq(uint32_t *pirq)
{
#ifdef CONFIG_PV
    /* The real-time clock's interrupt, which Xen itself does not use. */
    struct physdev_setup_gsi gsi = { .gsi = 8 };
    struct physdev_map_pirq map = {
        .domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI, .index = 8, .pirq = 8,
    };
    long rc;

    hypercall_physdev_op(PHYSDEVOP_setup_gsi, &gsi);
    rc = hypercall_physdev_op(PHYSDEVOP_map_pirq, &map);
    if ( rc )
        return rc;
    *pirq = map.pirq;
#else
    *pirq = 8;
#endif

    return evtchn_bind_pirq(*pirq, BIND_PIRQ__WILL_SHARE);
}

#define need_pirq(port, pirq)                                           \
    long port = bind_some_pirq(&(pirq));                                \
    if ( port < 0 )                                                     \
        skip_case("needs a PIRQ that the domain may bind: map_pirq or "  \
                  "bind_pirq returned %ld", port)

CASE_2L("bind_pirq: PIRQ assigned to the domain -> port on vCPU 0")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    expect_port(port, PORT_PIRQ(pirq), 0);
}

CASE_2L("bind_pirq: PIRQ already bound -> -EEXIST")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    expect_ev_error(evtchn_bind_pirq(pirq, BIND_PIRQ__WILL_SHARE), -EEXIST);
    expect_port(port, PORT_PIRQ(pirq), 0);
}

CASE_2L("bind_pirq: PIRQ's port closed -> same port again")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    require_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_bind_pirq(pirq, BIND_PIRQ__WILL_SHARE), port);
    expect_port(port, PORT_PIRQ(pirq), 0);
}

CASE_2L("bind_vcpu: PIRQ, to the last vCPU and back -> status reports it, close works on either")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    require_ok(evtchn_bind_vcpu(port, smp_nr_vcpus() - 1));
    expect_port(port, PORT_PIRQ(pirq), smp_nr_vcpus() - 1);
    require_ok(evtchn_bind_vcpu(port, 0));
    expect_port(port, PORT_PIRQ(pirq), 0);
    require_ok(evtchn_bind_vcpu(port, smp_nr_vcpus() - 1));
    require_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
}

CASE_2L("close: three PIRQs of one vCPU, out of order -> closed")
{
#ifdef CONFIG_HVM
    static const unsigned int order[] = { 1, 0, 2 };
    long port[3];
    unsigned int i;

    for ( i = 0; i < 3; ++i )
    {
        port[i] = evtchn_bind_pirq(9 + i, 0);
        require_msg(port[i] > 0, "bind_pirq(PIRQ %u) returned %ld, "
                    "expected a port", 9 + i, port[i]);
    }

    for ( i = 0; i < 3; ++i )
    {
        require_ok(hypercall_evtchn_close(port[order[i]]));
        expect_port(port[order[i]], PORT_CLOSED, 0);
    }

    expect_eq(evtchn_bind_pirq(10, 0), port[0]);
#else
    skip_case("needs an HVM guest: PV needs a host interrupt for each PIRQ");
#endif
}

CASE_2L("send: PIRQ -> -EINVAL")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    expect_ev_error(hypercall_evtchn_send(port), -EINVAL);
}

CASE_2L("bind_pirq: pirq out of range -> -EINVAL")
{
    expect_ev_error(evtchn_bind_pirq(~0u, 0), -EINVAL);
    expect_ev_error(evtchn_bind_pirq(1u << 31, 0), -EINVAL);
    expect_ev_error(evtchn_bind_pirq(1u << 20, 0), -EINVAL);
}

CASE_2L("bind_pirq: PV, PIRQ not assigned to the domain -> -EPERM")
{
#ifdef CONFIG_PV
    /* Xen keeps the timer's interrupt; dom0 does not get that one. */
    expect_ev_error(evtchn_bind_pirq(0, 0), -EPERM);
#else
    skip_case("needs a PV guest: an HVM guest may bind any PIRQ");
#endif
}

CASE_2L("bind_pirq: PV dom0, no interrupt mapped to the PIRQ -> -EINVAL")
{
#ifdef CONFIG_PV
    /* This domain maps no interrupt to PIRQ 3. */
    long rc = evtchn_bind_pirq(3, 0);

    if ( rc == -EPERM )
        skip_case("needs domain 0: PIRQ 3 is not assigned to this domain");
    expect_errno(rc, -EINVAL);
    expect_ev_error(evtchn_bind_pirq(3, BIND_PIRQ__WILL_SHARE), -EINVAL);
#else
    skip_case("needs a PV guest: an HVM guest may bind any PIRQ");
#endif
}

CASE_2L("bind_pirq: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_bind_pirq,
                                              UNMAPPED_POINTER), -EFAULT);
}
