/*
 * HVM, 64-bit: hypercalls from a 32-bit code segment have arguments in EBX,
 * ECX, EDX, ESI, EDI, and structures as a 32-bit guest has them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

#include "modes.h"

static int32_t hypercall32(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3)
{
    return call32(true, nr, (const uint32_t[5]){ a1, a2, a3 });
}

/* Structures whose 32-bit layout is another than the 64-bit one. */
struct copy32
{
    struct {
        uint32_t ref_or_gfn;
        domid_t domid;
        uint16_t offset;
    } source, dest;
    uint16_t len, flags;
    int16_t status;
};

struct runstate32
{
    int32_t state;
    uint64_t state_entry_time;
    uint64_t time[4];
} __packed;

struct poll32
{
    uint32_t ports, nr_ports;
    uint64_t timeout;
};

struct map32
{
    uint32_t nr_entries, buffer;
};

struct multicall32
{
    uint32_t op, result, args[6];
};

CASE("32-bit code segment: xen_version -> as from 64-bit code")
{
    static xen_capabilities_info_t got, want;
    struct xen_feature_info info = { 0 }, feat = { 0 };

    expect_eq(hypercall32(__HYPERVISOR_xen_version, XENVER_version, 0, 0),
              hypercall_xen_version(XENVER_version, NULL));
    expect_eq(call32(false, __HYPERVISOR_xen_version,
                     (const uint32_t[5]){ XENVER_version }),
              hypercall_xen_version(XENVER_version, NULL));

    require_ok(hypercall_xen_version(XENVER_get_features, &feat));
    expect_errno(hypercall32(__HYPERVISOR_xen_version, XENVER_get_features,
                             _u(&info), 0), 0);
    expect_hex(info.submap, feat.submap);

    require_ok(hypercall_xen_version(XENVER_capabilities, want));
    expect_errno(hypercall32(__HYPERVISOR_xen_version, XENVER_capabilities,
                             _u(got), 0), 0);
    expect_str(got, want);
}

CASE("32-bit code segment: XENVER_platform_parameters -> 4 bytes written")
{
    uint32_t params[3] = { 0x5a5a5a5a, 0x5a5a5a5a, 0x5a5a5a5a };

    expect_errno(hypercall32(__HYPERVISOR_xen_version,
                             XENVER_platform_parameters, _u(params), 0), 0);
    expect_hex(params[1], 0x5a5a5a5a);
    expect_hex(params[2], 0x5a5a5a5a);
}

CASE("32-bit code segment: alloc_unbound, bind_interdomain, send, close -> port states change")
{
    struct evtchn_alloc_unbound alloc = {
        .dom = DOMID_SELF, .remote_dom = DOMID_SELF,
    };
    struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF };
    struct evtchn_send send;
    struct evtchn_close close;
    const unsigned int nr = __HYPERVISOR_event_channel_op;

    require_ok(evtchn_start(EVTCHN_2L));
    require_ok(hypercall32(nr, EVTCHNOP_alloc_unbound, _u(&alloc), 0));
    expect_port(alloc.port, PORT_UNBOUND(xtf_get_domid()), 0);

    bind.remote_port = alloc.port;
    require_ok(hypercall32(nr, EVTCHNOP_bind_interdomain, _u(&bind), 0));
    evtchn_clear(alloc.port);
    evtchn_clear(bind.local_port);

    send.port = bind.local_port;
    expect_errno(hypercall32(nr, EVTCHNOP_send, _u(&send), 0), 0);
    expect_true(evtchn_is_pending(alloc.port));
    expect_false(evtchn_is_pending(bind.local_port));

    close.port = bind.local_port;
    expect_errno(hypercall32(nr, EVTCHNOP_close, _u(&close), 0), 0);
    expect_port(bind.local_port, PORT_CLOSED, 0);
    expect_errno(hypercall32(nr, EVTCHNOP_close, _u(&close), 0), -EINVAL);
}

CASE("32-bit code segment: GNTTABOP_query_size -> as from 64-bit code")
{
    struct gnttab_query_size got = { .dom = DOMID_SELF }, want = got;

    need_gnttab();

    require_ok(hypercall_grant_table_op(GNTTABOP_query_size, &want, 1));
    expect_errno(hypercall32(__HYPERVISOR_grant_table_op, GNTTABOP_query_size,
                             _u(&got), 1), 0);
    expect_gntst(got.status, want.status);
    expect_eq(got.nr_frames, want.nr_frames);
    expect_eq(got.max_nr_frames, want.max_nr_frames);
}

CASE("32-bit code segment: GNTTABOP_copy of two 32-bit structures -> bytes copied, GNTST_okay")
{
    static uint8_t from[PAGE_SIZE] __page_aligned_bss;
    static uint8_t to[PAGE_SIZE] __page_aligned_bss;
    static struct copy32 ops[3];
    unsigned int i;

    need_gnttab();

    for ( i = 0; i < PAGE_SIZE; ++i )
        from[i] = i * 7 + 1;
    memset(to, 0x5a, sizeof(to));
    memset(ops, 0x5a, sizeof(ops));

    for ( i = 0; i < 2; ++i )
    {
        memset(&ops[i], 0, sizeof(ops[i]));
        ops[i].source.ref_or_gfn = virt_to_gfn(from);
        ops[i].source.domid = DOMID_SELF;
        ops[i].source.offset = 16 * i;
        ops[i].dest.ref_or_gfn = virt_to_gfn(to);
        ops[i].dest.domid = DOMID_SELF;
        ops[i].dest.offset = 100 + 300 * i;
        ops[i].len = 200;
        ops[i].status = 0x5a5a;
    }
    BUILD_BUG_ON(sizeof(ops[0]) != 24);

    expect_errno(hypercall32(__HYPERVISOR_grant_table_op, GNTTABOP_copy,
                             _u(ops), 2), 0);
    expect_gntst(ops[0].status, GNTST_okay);
    expect_gntst(ops[1].status, GNTST_okay);
    expect_fill(&ops[2], 0x5a, sizeof(ops[2]));
    expect_fill(to, 0x5a, 100);
    expect_mem(to + 100, from, 200);
    expect_fill(to + 300, 0x5a, 100);
    expect_mem(to + 400, from + 16, 200);
    expect_fill(to + 600, 0x5a, PAGE_SIZE - 600);
}

CASE("32-bit code segment: VCPUOP_get_runstate_info -> 32-bit layout, 44 bytes")
{
    struct {
        struct runstate32 info;
        uint8_t guard[16];
    } got;

    memset(&got, 0x5a, sizeof(got));
    expect_errno(hypercall32(__HYPERVISOR_vcpu_op, VCPUOP_get_runstate_info, 0,
                             _u(&got)), 0);
    expect_eq(got.info.state, RUNSTATE_running);
    expect_msg(got.info.state_entry_time <= time_now(),
               "state_entry_time is %#llx, in the future",
               (unsigned long long)got.info.state_entry_time);
    expect_fill(got.guard, 0x5a, sizeof(got.guard));
}

CASE("32-bit code segment: SCHEDOP_poll of a pending port -> returns at once")
{
    uint32_t port;
    struct poll32 poll = { .nr_ports = 1 };
    long rc;

    require_ok(evtchn_start(EVTCHN_2L));
    rc = evtchn_bind_ipi(0);
    require_msg(rc > 0, "EVTCHNOP_bind_ipi is %ld, expected a port", rc);
    port = rc;
    poll.ports = _u(&port);
    require_ok(hypercall_evtchn_send(port));
    expect_errno(hypercall32(__HYPERVISOR_sched_op, SCHEDOP_poll, _u(&poll),
                             0), 0);
}

CASE("32-bit code segment: SCHEDOP_poll with a timeout -> blocks until the timeout")
{
    struct poll32 poll = { .timeout = time_now() + SECONDS(1) };

    while ( time_now() < poll.timeout )
        if ( !expect_errno(hypercall32(__HYPERVISOR_sched_op, SCHEDOP_poll,
                                       _u(&poll), 0), 0) )
            break;
    expect_true(time_now() >= poll.timeout);
}

CASE("32-bit code segment: set_timer_op, deadline in two halves -> event, not before the deadline")
{
    const uint64_t deadline = time_now() + SECONDS(5);
    long port;

    require_ok(evtchn_start(EVTCHN_2L));
    port = evtchn_bind_virq(VIRQ_TIMER, 0);
    require_msg(port > 0, "EVTCHNOP_bind_virq is %ld, expected a port", port);

    require_ok(hypercall32(__HYPERVISOR_set_timer_op, deadline, deadline >> 32,
                           0));
    expect_true(evtchn_wait(port, SECONDS(20)));
    expect_true(time_now() >= deadline);
    expect_ok(timer_stop());
    expect_ok(hypercall_evtchn_close(port));
}

CASE("32-bit code segment: XENMEM_memory_map of a 32-bit structure -> as from 64-bit code")
{
    static uint8_t got[64][20], want[64][20];
    struct xen_memory_map map = { .nr_entries = 64, .buffer = want };
    struct map32 map32 = { .nr_entries = 64, .buffer = _u(got) };
    long rc = hypercall_memory_op(XENMEM_memory_map, &map);

    if ( rc )
        skip_case("the domain has no memory map (%ld)", rc);
    expect_errno(hypercall32(__HYPERVISOR_memory_op, XENMEM_memory_map,
                             _u(&map32), 0), 0);
    expect_eq(map32.nr_entries, map.nr_entries);
    expect_hex(map32.buffer, _u(got));
    expect_mem(got, want, sizeof(got));
}

CASE("32-bit code segment: multicall of two 32-bit entries -> both results written, third entry unchanged")
{
    struct multicall32 calls[3] = {
        { .op = __HYPERVISOR_xen_version, .result = 0x5a5a },
        { .op = 63, .result = 0x5a5a },
        { .op = __HYPERVISOR_xen_version, .result = 0x5a5a },
    };
    const int32_t rc = hypercall32(__HYPERVISOR_multicall, _u(calls), 2, 0);

    if ( rc == -ENOSYS )
        skip_case("this guest has no multicall");
    expect_errno(rc, 0);
    expect_eq(calls[0].result, hypercall_xen_version(XENVER_version, NULL));
    expect_errno((int32_t)calls[1].result, -ENOSYS);
    expect_hex(calls[2].result, 0x5a5a);
}

CASE("32-bit code segment: unknown hypercall -> -ENOSYS")
{
    static const uint32_t none[5];

    expect_errno(hypercall32(63, 0, 0, 0), -ENOSYS);
    expect_errno(hypercall32(127, 0, 0, 0), -ENOSYS);
    expect_errno(call32(false, 0xffff, none), -ENOSYS);
    expect_errno(call32(false, 0x7fffffff, none), -ENOSYS);
}

static void relatch(void *arg)
{
    uint64_t val;

    if ( !hvm_get_param(HVM_PARAM_CALLBACK_IRQ, &val) )
        hvm_set_param(HVM_PARAM_CALLBACK_IRQ, val);
    evtchn_start(EVTCHN_2L);
}

/*
 * With HVM_PARAM_CALLBACK_IRQ, Xen takes the width of the shared info from the
 * code that sets it: a 32-bit selector has a bit for 32 ports.
 */
CASE("32-bit code segment: HVM_PARAM_CALLBACK_IRQ set -> shared_info has the 32-bit layout")
{
    struct xen_hvm_param op = {
        .domid = DOMID_SELF, .index = HVM_PARAM_CALLBACK_IRQ,
    };
    vcpu_info_t *info = this_vcpu_info();
    /* After the two flags, without padding up to 8 bytes. */
    uint32_t *sel32 = _p(_u(info) + 4);
    long port;

    require_ok(evtchn_start(EVTCHN_2L));
    do {
        port = evtchn_bind_ipi(0);
        require_msg(port > 0, "EVTCHNOP_bind_ipi is %ld, expected a port",
                    port);
    } while ( port < 40 );

    require_ok(hvm_get_param(HVM_PARAM_CALLBACK_IRQ, &op.value));
    xtf_case_cleanup(relatch, NULL);

    require_ok(hypercall32(__HYPERVISOR_hvm_op, HVMOP_set_param, _u(&op), 0));
    *sel32 = 0;
    info->evtchn_pending_sel = 0;
    info->evtchn_upcall_pending = 0;
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_true(evtchn_is_pending(port));
    expect_hex(*sel32, 1u << (port / 32));
    expect_hex(info->evtchn_pending_sel, 0);
    evtchn_clear(port);
    *sel32 = 0;
    info->evtchn_upcall_pending = 0;

    require_ok(hvm_set_param(HVM_PARAM_CALLBACK_IRQ, op.value));
    info->evtchn_pending_sel = 0;
    info->evtchn_upcall_pending = 0;
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_hex(info->evtchn_pending_sel, 1ul << (port / 64));
    expect_hex(*sel32, 0);
    evtchn_clear(port);
}
