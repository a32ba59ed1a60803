/**
 * @file tests/xen-ports/main.c
 * @ref test-xen-ports
 *
 * @page test-xen-ports Event channels: ports that Xen itself consumes
 *
 * A device model's ioreq server has a port in the guest for each vCPU: Xen
 * raises events from it, and is woken by what is sent to it.  The port is the
 * guest's by number only.  A guest that could close, move or send through it
 * would stop its own emulated I/O, and an XSA's worth of assumptions in Xen
 * with it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/peers/evtchn_peer.h>

#include <xen/hvm/dm_op.h>

const char test_title[] = "Event channels: ports that Xen itself consumes";

static long dm_op(domid_t domid, struct xen_dm_op *op)
{
    struct xen_dm_op_buf buf = { .h = op, .size = sizeof(*op) };

    return HYPERCALL3(long, __HYPERVISOR_dm_op, domid, 1, &buf);
}

/** A server for the peer: its ID, or -errno. */
static long create_server(const struct peer *peer, uint8_t bufioreq)
{
    struct xen_dm_op op = {
        .op = XEN_DMOP_create_ioreq_server,
        .u.create_ioreq_server = { .handle_bufioreq = bufioreq },
    };
    long rc = dm_op(peer->domid, &op);

    return rc ?: op.u.create_ioreq_server.id;
}

static long destroy_server(const struct peer *peer, unsigned int id)
{
    struct xen_dm_op op = {
        .op = XEN_DMOP_destroy_ioreq_server,
        .u.destroy_ioreq_server = { .id = id },
    };

    return dm_op(peer->domid, &op);
}

/** A new port of the peer's, for domain 0 to bind to: it, or -errno. */
static long port_of_peer(struct peer *peer)
{
    return peer_evtchn_alloc(peer, DOMID_SELF, xtf_get_domid());
}

/* Domain 0 binds to the peer's port: dom0's end, or the case ends. */
#define require_bound(peer, port)                                       \
({                                                                      \
    long bound_ = evtchn_bind_interdomain((peer)->domid, port);         \
                                                                        \
    require_msg(bound_ > 0, "EVTCHNOP_bind_interdomain is %ld, "        \
                "expected a port", bound_);                             \
    bound_;                                                             \
})

static void destroy_servers(void *peer)
{
    unsigned int id;

    for ( id = 0; id < 8; ++id )
        destroy_server(peer, id);
}

/**
 * A server with one port: that port, or 0, and the case is over.  It follows a
 * port of the peer's own, *before.
 */
static long xen_port(struct peer *peer, long *before, long *id)
{
    *before = port_of_peer(peer);
    *id = create_server(peer, HVM_IOREQSRV_BUFIOREQ_OFF);

    if ( *id == -ENOSYS || *id == -EOPNOTSUPP )
    {
        xtf_case_skip("needs ioreq servers: CONFIG_IOREQ_SERVER=y (Xen)");
        return 0;
    }

    return expect_msg(*before > 0 && *id >= 0,
                      "the peer's alloc_unbound is %ld, "
                      "XEN_DMOP_create_ioreq_server %ld", *before, *id)
        ? *before + 1 : 0;
}

static bool begin_with_peer(unsigned int abi)
{
    if ( !ev_peer_begin(abi) )
        return false;

    xtf_case_cleanup(destroy_servers, case_peer);

    return true;
}

#define XEN_PORT_CASE(name)                                             \
    XTF_PEER_BODY_OF(XTF_CASE_ENTRY(name, begin_with_peer, EVTCHN_2L))

XEN_PORT_CASE("create_ioreq_server: one vCPU -> Xen takes peer's lowest free port")
{
    long before, id, port = xen_port(peer, &before, &id);

    XTF_REQUIRE(port);
    expect_eq(port_of_peer(peer), port + 1);
    expect_pending_there(peer, 0);
}

XEN_PORT_CASE("create_ioreq_server: HVM_IOREQSRV_BUFIOREQ_ATOMIC -> second port, named by get_ioreq_server_info")
{
    struct xen_dm_op op = {
        .op = XEN_DMOP_get_ioreq_server_info,
        .u.get_ioreq_server_info = { .flags = XEN_DMOP_no_gfns },
    };
    const long before = port_of_peer(peer);
    const long id = create_server(peer, HVM_IOREQSRV_BUFIOREQ_ATOMIC);

    if ( id == -ENOSYS || id == -EOPNOTSUPP )
        skip_case("needs ioreq servers: CONFIG_IOREQ_SERVER=y (Xen)");
    require_msg(id >= 0, "XEN_DMOP_create_ioreq_server is %ld", id);

    op.u.get_ioreq_server_info.id = id;
    require_ok(dm_op(peer->domid, &op));
    expect_eq(op.u.get_ioreq_server_info.bufioreq_port, before + 2);
    expect_eq(port_of_peer(peer), before + 3);

    /* Either is bound once. */
    expect_true(evtchn_bind_interdomain(peer->domid, before + 1) > 0);
    expect_true(evtchn_bind_interdomain(peer->domid, before + 2) > 0);
    expect_errno(peer_evtchn_close(peer, before + 2), -EINVAL);
}

XEN_PORT_CASE("create_ioreq_server: handle_bufioreq is 3 -> -EINVAL, no port taken")
{
    long before = port_of_peer(peer), id = create_server(peer, 3);

    if ( id == -ENOSYS || id == -EOPNOTSUPP )
        skip_case("needs ioreq servers: CONFIG_IOREQ_SERVER=y (Xen)");
    expect_errno(id, -EINVAL);
    expect_eq(port_of_peer(peer), before + 1);
}

/* What the peer itself may do with the port, bound or not: nothing. */
static void peer_refused(struct peer *peer, evtchn_port_t port)
{
    struct evtchn_bind_vcpu bind_vcpu = { .port = port };
    struct evtchn_bind_interdomain bind = {
        .remote_dom = DOMID_SELF, .remote_port = port,
    };
    struct evtchn_unmask unmask = { .port = port };

    expect_errno(peer_evtchn_close(peer, port), -EINVAL);
    expect_errno(peer_evtchn_send(peer, port), -EINVAL);
    expect_errno(peer_evtchn(peer, EVTCHNOP_bind_vcpu, &bind_vcpu,
                             sizeof(bind_vcpu)), -EINVAL);
    expect_errno(peer_evtchn(peer, EVTCHNOP_bind_interdomain, &bind,
                             sizeof(bind)), -EINVAL);
    expect_errno(peer_evtchn(peer, EVTCHNOP_unmask, &unmask, sizeof(unmask)),
                 0);
    expect_pending_there(peer, 0);
}

XEN_PORT_CASE("close, send, bind_vcpu, bind_interdomain: peer on Xen's unbound port -> -EINVAL")
{
    long before, id, port = xen_port(peer, &before, &id);

    XTF_REQUIRE(port);
    peer_refused(peer, port);
    expect_eq(port_of_peer(peer), port + 1);
}

XEN_PORT_CASE("close, send, bind_vcpu, bind_interdomain: peer on Xen's port bound by dom0 -> -EINVAL")
{
    long before, id, port = xen_port(peer, &before, &id), end;

    XTF_REQUIRE(port);
    end = require_bound(peer, port);
    /* Binding raises the event here, lest one be lost. */
    evtchn_clear(end);

    peer_refused(peer, port);
    expect_port(end, PORT_INTERDOMAIN(peer->domid, port), 0);
    expect_false(evtchn_is_pending(end));
}

XEN_PORT_CASE("bind_interdomain: dom0 twice to Xen's port in peer -> port, then -EINVAL")
{
    long before, id, port = xen_port(peer, &before, &id), end;

    XTF_REQUIRE(port);
    end = require_bound(peer, port);
    expect_port(end, PORT_INTERDOMAIN(peer->domid, port), 0);
    expect_ev_error(evtchn_bind_interdomain(peer->domid, port), -EINVAL);
    expect_pending_there(peer, 0);
}

XEN_PORT_CASE("send: dom0 to Xen's port in peer -> 0, nothing pending in peer")
{
    long before, id, port = xen_port(peer, &before, &id), end;

    XTF_REQUIRE(port);
    end = require_bound(peer, port);
    evtchn_clear(end);
    expect_ok(hypercall_evtchn_send(end));
    expect_ok(hypercall_evtchn_send(end));
    expect_pending_there(peer, 0);
    expect_false(evtchn_is_pending(end));
}

XEN_PORT_CASE("reset: peer, Xen's port bound by dom0 -> channel kept, peer's other port closed")
{
    long before, id, port = xen_port(peer, &before, &id), end;

    XTF_REQUIRE(port);
    end = require_bound(peer, port);
    /* Xen ends a reset with the last port that is the guest's own. */
    expect_eq(port_of_peer(peer), port + 1);
    expect_ok(peer_evtchn_reset(peer, DOMID_SELF));
    expect_port(end, PORT_INTERDOMAIN(peer->domid, port), 0);
    expect_errno(peer_evtchn_close(peer, before), -EINVAL);
    /* The lowest free ports are found around it. */
    expect_eq(port_of_peer(peer), before);
    expect_eq(port_of_peer(peer), port + 1);
}

XEN_PORT_CASE("reset: peer, Xen's port unbound -> port kept, dom0 binds to it")
{
    long before, id, port = xen_port(peer, &before, &id), end;

    XTF_REQUIRE(port);
    expect_eq(port_of_peer(peer), port + 1);
    expect_ok(peer_evtchn_reset(peer, DOMID_SELF));
    end = evtchn_bind_interdomain(peer->domid, port);
    expect_msg(end > 0, "EVTCHNOP_bind_interdomain is %ld, expected a port",
               end);
}

XEN_PORT_CASE("close: dom0's end of a channel to Xen's port -> dom0 binds again")
{
    long before, id, port = xen_port(peer, &before, &id), end;

    XTF_REQUIRE(port);
    end = require_bound(peer, port);
    expect_ok(hypercall_evtchn_close(end));
    expect_errno(peer_evtchn_close(peer, port), -EINVAL);
    expect_eq(evtchn_bind_interdomain(peer->domid, port), end);
    expect_port(end, PORT_INTERDOMAIN(peer->domid, port), 0);
    expect_pending_there(peer, 0);
}

XEN_PORT_CASE("destroy_ioreq_server: port bound by dom0 -> dom0's end unbound, peer's port free")
{
    long before, id, port = xen_port(peer, &before, &id), end;

    XTF_REQUIRE(port);
    end = require_bound(peer, port);
    expect_ok(destroy_server(peer, id));
    expect_port(end, PORT_UNBOUND(peer->domid), 0);
    expect_errno(evtchn_bind_interdomain(peer->domid, port), -EINVAL);
    expect_errno(peer_evtchn_close(peer, port), -EINVAL);
    expect_eq(port_of_peer(peer), port);
    /* It is an ordinary port now. */
    expect_errno(peer_evtchn_close(peer, port), 0);
    expect_errno(destroy_server(peer, id), -ENOENT);
}

XEN_PORT_CASE("destroy_ioreq_server: port unbound -> peer's port free")
{
    long before, id, port = xen_port(peer, &before, &id);

    XTF_REQUIRE(port);
    expect_ok(destroy_server(peer, id));
    expect_eq(port_of_peer(peer), port);
    expect_eq(peer_evtchn_send(peer, port), 0);
}

/* Xen 4.15 to 4.18 refuses to report on such a port. */
XEN_PORT_CASE("status: Xen's port -> unbound, then interdomain, or -EACCES")
{
    long before, id, port = xen_port(peer, &before, &id), end;
    struct evtchn_status s = { .dom = peer->domid };
    long rc;

    XTF_REQUIRE(port);
    s.port = port;
    rc = hypercall_evtchn_status(&s);
    if ( rc == -EACCES && !xen_has(XEN_XEN_PORT_HAS_STATUS) )
    {
        s = (struct evtchn_status){ .dom = DOMID_SELF, .port = port };
        expect_errno(peer_evtchn(peer, EVTCHNOP_status, &s, sizeof(s)),
                     -EACCES);
        return;
    }

    require_ok(rc);
    expect_port_of(peer->domid, port, PORT_UNBOUND(xtf_get_domid()), 0);
    end = require_bound(peer, port);
    expect_port_of(peer->domid, port, PORT_INTERDOMAIN(xtf_get_domid(), end),
                   0);
}
