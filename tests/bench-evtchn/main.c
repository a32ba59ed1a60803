/**
 * @file tests/bench-evtchn/main.c
 * @ref test-bench-evtchn
 *
 * @page test-bench-evtchn Benchmark: event channels
 *
 * The cost of allocating and closing a port, of its status, of sending an
 * event, and of sending an event including the upcall for it.
 *
 * Every I/O request of a paravirtual driver takes two events.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/bench.h>

#include <arch/irqflags.h>

const char test_title[] = "Benchmark: event channels";

static evtchn_port_t local, remote;
static unsigned int upcalls;

static long alloc_close(void *unused)
{
    long port = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);

    return port < 0 ? port : hypercall_evtchn_close(port);
}

static long status(void *unused)
{
    struct evtchn_status op = { .dom = DOMID_SELF, .port = local };

    return hypercall_evtchn_status(&op);
}

/* To a masked port: Xen sets the pending bit and raises no upcall. */
static long send(void *unused)
{
    long rc = hypercall_evtchn_send(local);

    clear_bit(remote, shared_info.evtchn_pending);

    return rc;
}

void do_evtchn(struct cpu_regs *regs)
{
    struct vcpu_info *vcpu = &shared_info.vcpu_info[0];

    vcpu->evtchn_upcall_pending = 0;
    vcpu->evtchn_pending_sel = 0;
    if ( test_and_clear_bit(remote, shared_info.evtchn_pending) )
        upcalls++;
}

static long send_upcall(void *unused)
{
    unsigned int before = upcalls;
    long rc = hypercall_evtchn_send(local);

    return rc ?: upcalls != before + 1;
}

/* Connect two ports of this domain. */
static long connect(void)
{
    struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF };
    long rc = evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);

    if ( rc < 0 )
        return rc;

    remote = bind.remote_port = rc;
    rc = hypercall_event_channel_op(EVTCHNOP_bind_interdomain, &bind);
    local = bind.local_port;

    return rc;
}

void test_main(void)
{
    long rc;

    bench_begin();
    bench_run("evtchn.alloc_close", alloc_close, NULL, 0);

    rc = connect();
    if ( rc )
        return xtf_error("alloc_unbound or bind_interdomain returned %ld\n",
                         rc);

    bench_run("evtchn.status", status, NULL, 0);

    set_bit(local, shared_info.evtchn_mask);
    set_bit(remote, shared_info.evtchn_mask);
    bench_run("evtchn.send", send, NULL, 0);

    clear_bit(remote, shared_info.evtchn_pending);
    shared_info.vcpu_info[0].evtchn_pending_sel = 0;
    shared_info.vcpu_info[0].evtchn_upcall_pending = 0;
    clear_bit(remote, shared_info.evtchn_mask);
    local_irq_enable();
    bench_run("evtchn.send_upcall", send_upcall, NULL, 0);
    local_irq_disable();

    hypercall_evtchn_close(local);
    hypercall_evtchn_close(remote);

    xtf_success(NULL);
}
