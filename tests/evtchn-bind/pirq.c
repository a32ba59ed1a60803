/*
 * EVTCHNOP_bind_pirq.
 *
 * In an HVM guest a PIRQ needs nothing behind it: it may come to stand for an
 * emulated interrupt later.  In a PV guest it must be a host interrupt that
 * the domain has been given: all of them in dom0, none in an ordinary domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

/* A port for some PIRQ: its number in *pirq.  -errno if there is none. */
static long bind_some_pirq(uint32_t *pirq)
{
#ifdef CONFIG_PV
    /* The real-time clock's line: Xen itself has no use for it. */
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
        skip_case("the domain has no PIRQ to bind (%ld)", port)

CASE_2L("bind_pirq: the port is of that PIRQ, on vCPU 0")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    expect_port(port, PORT_PIRQ(pirq), 0);
}

CASE_2L("bind_pirq: bound already, -EEXIST")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    expect_ev_error(evtchn_bind_pirq(pirq, BIND_PIRQ__WILL_SHARE), -EEXIST);
    expect_port(port, PORT_PIRQ(pirq), 0);
}

CASE_2L("bind_pirq: closed, it can be bound again")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    require_ok(hypercall_evtchn_close(port));
    expect_port(port, PORT_CLOSED, 0);
    expect_eq(evtchn_bind_pirq(pirq, BIND_PIRQ__WILL_SHARE), port);
    expect_port(port, PORT_PIRQ(pirq), 0);
}

CASE_2L("bind_pirq: moves from vCPU to vCPU, and closes there")
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

CASE_2L("bind_pirq: several on a vCPU, closed in any order")
{
#ifdef CONFIG_HVM
    static const unsigned int order[] = { 1, 0, 2 };
    long port[3];
    unsigned int i;

    for ( i = 0; i < 3; ++i )
    {
        port[i] = evtchn_bind_pirq(9 + i, 0);
        require_msg(port[i] > 0, "PIRQ %u: %ld", 9 + i, port[i]);
    }

    for ( i = 0; i < 3; ++i )
    {
        require_ok(hypercall_evtchn_close(port[order[i]]));
        expect_port(port[order[i]], PORT_CLOSED, 0);
    }

    expect_eq(evtchn_bind_pirq(10, 0), port[0]);
#else
    skip_case("only an HVM guest can bind them without a device");
#endif
}

CASE_2L("bind_pirq: cannot be sent, -EINVAL")
{
    uint32_t pirq;
    need_pirq(port, pirq);

    expect_ev_error(hypercall_evtchn_send(port), -EINVAL);
}

CASE_2L("bind_pirq: a number that is too high, -EINVAL")
{
    expect_ev_error(evtchn_bind_pirq(~0u, 0), -EINVAL);
    expect_ev_error(evtchn_bind_pirq(1u << 31, 0), -EINVAL);
    expect_ev_error(evtchn_bind_pirq(1u << 20, 0), -EINVAL);
}

CASE_2L("bind_pirq: PV, one that the domain has not been given, -EPERM")
{
#ifdef CONFIG_PV
    /* The timer's is Xen's own, even where dom0 has all the others. */
    expect_ev_error(evtchn_bind_pirq(0, 0), -EPERM);
#else
    skip_case("an HVM guest may");
#endif
}

CASE_2L("bind_pirq: PV dom0, one with no interrupt behind it, -EINVAL")
{
#ifdef CONFIG_PV
    /* Nothing in this domain maps the one before COM1's. */
    long rc = evtchn_bind_pirq(3, 0);

    if ( rc == -EPERM )
        skip_case("the domain has been given none");
    expect_errno(rc, -EINVAL);
    expect_ev_error(evtchn_bind_pirq(3, BIND_PIRQ__WILL_SHARE), -EINVAL);
#else
    skip_case("an HVM guest may");
#endif
}

CASE_2L("bind_pirq: an unreadable argument, -EFAULT")
{
    expect_ev_error(hypercall_event_channel_op(EVTCHNOP_bind_pirq,
                                              UNMAPPED_POINTER), -EFAULT);
}
