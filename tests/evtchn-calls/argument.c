/*
 * The argument structure of each operation: at which addresses it may be, and
 * which of its fields are written.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

/* Every operation, and its result if all bits of its argument are 1. */
static const struct
{
    unsigned int cmd;
    const char *name;
    size_t size;
    int errno;
} ops[] = {
#define OP(op, errno) { EVTCHNOP_ ## op, #op, sizeof(struct evtchn_ ## op), errno }
    OP(bind_interdomain, -ESRCH),
    OP(bind_virq, -EINVAL),
    OP(bind_pirq, -EINVAL),
    OP(close, -EINVAL),
    OP(send, -EINVAL),
    OP(status, -ESRCH),
    OP(alloc_unbound, -ESRCH),
    OP(bind_ipi, -ENOENT),
    OP(bind_vcpu, -ENOENT),
    OP(unmask, -EINVAL),
    OP(reset, -ESRCH),
    OP(init_control, -ENOENT),
    OP(expand_array, -EOPNOTSUPP),
    OP(set_priority, -EINVAL),
#undef OP
};

CASE_2L("argument: ends before an unmapped page, crosses into it by a byte -> read, -EFAULT")
{
    uint8_t *const end = unmapped_page();
    unsigned int i;

    evtchn_alloc();
    memset(end - 64, 0xff, 64);

    for ( i = 0; i < ARRAY_SIZE(ops); ++i )
    {
        uint8_t *arg = end - ops[i].size;
        const uint32_t before = evtchn_fingerprint();
        const bool absent = ops[i].cmd == EVTCHNOP_init_control &&
            !evtchn_fifo_offered();
        const int want = absent ? -EOPNOTSUPP : ops[i].errno;
        long rc = hypercall_event_channel_op(ops[i].cmd, arg);

        expect_msg(rc == want, "%s returned %ld, expected %d",
                   ops[i].name, rc, want);
        rc = hypercall_event_channel_op(ops[i].cmd, arg + 1);
        expect_msg(rc == -EFAULT, "%s whose argument crosses into an unmapped "
                   "page returned %ld, expected -EFAULT", ops[i].name, rc);
        expect_msg(before == evtchn_fingerprint(),
                   "%s changed a port although it failed", ops[i].name);
        expect_fill(end - 64, 0xff, 64);
    }
}

CASE_2L("argument: crosses a page boundary -> read and written")
{
    static uint8_t pages[2 * PAGE_SIZE] __page_aligned_bss;
    unsigned int shift;

    /* Each field in turn is the first one of the second page. */
    for ( shift = 4; shift < sizeof(evtchn_status_t); shift += 4 )
    {
        void *const at = pages + PAGE_SIZE - shift;
        const evtchn_status_t ask = { .dom = DOMID_SELF, .port = 1 };
        evtchn_status_t got;

        memcpy(at, &ask, sizeof(ask));
        require_ok(hypercall_event_channel_op(EVTCHNOP_status, at));
        memcpy(&got, at, sizeof(got));
        expect_eq(got.dom, DOMID_SELF);
        expect_eq(got.port, 1);
        expect_range(got.status, EVTCHNSTAT_closed, EVTCHNSTAT_ipi);
        expect_eq(got.vcpu, 0);
    }
}

#if CONFIG_PAGING_LEVELS > 0

static uint8_t readonly[PAGE_SIZE] __page_aligned_bss;

CASE_2L("argument: read-only, operation writes to it -> -EFAULT")
{
    struct evtchn_bind_ipi *op = _p(readonly);

    require_ok(remap_l1e(readonly, PTE_KERNEL_READONLY));
    xtf_case_cleanup(restore_l1e, readonly);

    /* The port is bound by then, so only the result is checked. */
    expect_errno(hypercall_event_channel_op(EVTCHNOP_bind_ipi, op), -EFAULT);
    expect_fill(readonly, 0, sizeof(readonly));

    /* close only reads its argument: not -EFAULT. */
    expect_errno(hypercall_event_channel_op(EVTCHNOP_close, op), -EINVAL);
}

#endif

static union
{
    struct evtchn_alloc_unbound alloc_unbound;
    struct evtchn_bind_interdomain bind_interdomain;
    struct evtchn_bind_virq bind_virq;
    struct evtchn_bind_ipi bind_ipi;
    struct evtchn_bind_pirq bind_pirq;
    struct evtchn_status status;
    struct evtchn_init_control init_control;
    uint8_t bytes[64];
} arg, was;

/* The operation fails with this error and leaves its argument unchanged. */
#define expect_refused(cmd, want)                                       \
({                                                                      \
    was = arg;                                                          \
    expect_ev_error(hypercall_event_channel_op(cmd, &arg), want);       \
    expect_mem(arg.bytes, was.bytes, sizeof(was));                      \
    memset(&arg, 0x5a, sizeof(arg));                                    \
})

CASE_2L("argument: operation fails -> argument unchanged")
{
    static uint8_t page[PAGE_SIZE] __page_aligned_bss;
    const unsigned int no_vcpu = smp_nr_vcpus();
    const bool fifo = evtchn_fifo_offered();
    long port = evtchn_alloc();

    evtchn_bind_virq(VIRQ_TIMER, 0);
    memset(&arg, 0x5a, sizeof(arg));

    arg.alloc_unbound.dom = NO_DOMAIN;
    expect_refused(EVTCHNOP_alloc_unbound, -ESRCH);

    arg.bind_interdomain.remote_dom = NO_DOMAIN;
    expect_refused(EVTCHNOP_bind_interdomain, -ESRCH);
    arg.bind_interdomain.remote_dom = DOMID_SELF;
    arg.bind_interdomain.remote_port = 0;
    expect_refused(EVTCHNOP_bind_interdomain, -EINVAL);

    arg.bind_virq.virq = NR_VIRQS;
    expect_refused(EVTCHNOP_bind_virq, -EINVAL);
    arg.bind_virq.virq = VIRQ_DEBUG;
    arg.bind_virq.vcpu = no_vcpu;
    expect_refused(EVTCHNOP_bind_virq, -ENOENT);
    arg.bind_virq.virq = VIRQ_TIMER;
    arg.bind_virq.vcpu = 0;
    expect_refused(EVTCHNOP_bind_virq, -EEXIST);

    arg.bind_ipi.vcpu = no_vcpu;
    expect_refused(EVTCHNOP_bind_ipi, -ENOENT);

    arg.bind_pirq.pirq = ~0u;
    expect_refused(EVTCHNOP_bind_pirq, -EINVAL);

    arg.status.dom = NO_DOMAIN;
    arg.status.port = port;
    expect_refused(EVTCHNOP_status, -ESRCH);

    arg.init_control.vcpu = no_vcpu;
    arg.init_control.offset = 0;
    arg.init_control.control_gfn = virt_to_gfn(page);
    expect_refused(EVTCHNOP_init_control, fifo ? -ENOENT : -EOPNOTSUPP);
    arg.init_control.vcpu = 0;
    arg.init_control.offset = 4;
    arg.init_control.control_gfn = virt_to_gfn(page);
    expect_refused(EVTCHNOP_init_control, fifo ? -EINVAL : -EOPNOTSUPP);
    arg.init_control.vcpu = 0;
    arg.init_control.offset = 0;
    arg.init_control.control_gfn = ~0ull;
    expect_refused(EVTCHNOP_init_control, fifo ? -EINVAL : -EOPNOTSUPP);

    expect_fill(page, 0, sizeof(page));
    expect_port(port, PORT_UNBOUND(xtf_get_domid()), 0);
}
