/**
 * @file tests/hypercall-readonly/main.c
 * @ref test-hypercall-readonly
 *
 * @page test-hypercall-readonly Hypercalls: results to memory that the guest may only read
 *
 * Xen reads a request, carries it out, and writes the results back. A guest
 * whose page table maps the request read-only must see -EFAULT, since Xen
 * writes with the guest's own rights; a result that is silently lost looks like
 * success. Each operation on grants and event channels that has results is
 * called with its request in such a page, and so are multicall, vcpu_op and
 * hvm_op. The bytes of the page must stay as they are.
 *
 * Most grant operations are given a request that fails anyhow, so that nothing
 * but the lost status can tell.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/evtchn_case.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Hypercalls: results to memory that the guest may only read";

static uint8_t page[PAGE_SIZE] __page_aligned_bss;
static uint8_t before[256];

/* Map the page with the request in it read-only, and writable again. */
static void make_readonly(void)
{
    memcpy(before, page, sizeof(before));
    expect_ok(remap_l1e(page, PF_SYM(AD, P)));
}

static void make_writable(void)
{
    expect_ok(remap_l1e(page, PF_SYM(AD, RW, P)));
}

/* @call with @request in the page: -EFAULT, and the page keeps its bytes. */
#define expect_readonly(request, call)                                  \
({                                                                      \
    long rc_;                                                           \
                                                                        \
    memset(page, 0xa5, sizeof(before));                                 \
    memcpy(page, &(request), sizeof(request));                          \
    make_readonly();                                                    \
    rc_ = (call);                                                       \
    make_writable();                                                    \
    expect_errno(rc_, -EFAULT);                                         \
    expect_mem(page, before, sizeof(before));                           \
    rc_;                                                                \
})

#define grant_op(op) hypercall_grant_table_op(GNTTABOP_ ## op, page, 1)
#define event_op(op) hypercall_event_channel_op(EVTCHNOP_ ## op, page)

GNTTAB_CASE("map_grant_ref: request is read-only, bad domid -> -EFAULT")
{
    struct gnttab_map_grant_ref op =
        gnt_map_op(gnt_grant(gnt_page[0], 0), GNTMAP_host_map, gnt_at());

    op.dom = NO_DOMAIN;
    expect_readonly(op, grant_op(map_grant_ref));
}

GNTTAB_CASE("unmap_grant_ref: request is read-only, bad handle -> -EFAULT")
{
    struct gnttab_unmap_grant_ref op = { .handle = ~0u };

    expect_readonly(op, grant_op(unmap_grant_ref));
}

GNTTAB_CASE("copy: request is read-only, bad domid and valid -> -EFAULT, no mark left")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = gnt_self() },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .len = 16, .flags = GNTCOPY_source_gref,
    };

    expect_readonly(op, grant_op(copy));
    expect_hex(gnttab_in_use(ref), 0);
    op.source.domid = NO_DOMAIN;
    expect_readonly(op, grant_op(copy));
}

GNTTAB_CASE("swap_grant_ref: request is read-only, bad reference -> -EFAULT")
{
    struct gnttab_swap_grant_ref op = { .ref_a = ~0u, .ref_b = ~0u };

    expect_readonly(op, grant_op(swap_grant_ref));
}

#ifdef CONFIG_PV
GNTTAB_CASE("transfer: request is read-only, bad page -> -EFAULT")
{
    struct gnttab_transfer op = { .mfn = ~0ul };

    need_transfer();
    expect_readonly(op, grant_op(transfer));
}

/* The following two operations are for PV guests only. */

GNTTAB_CASE("unmap_and_replace: request is read-only, bad handle -> -EFAULT")
{
    struct gnttab_unmap_and_replace op = { .handle = ~0u };

    expect_readonly(op, grant_op(unmap_and_replace));
}

GNTTAB_CASE("get_status_frames: request is read-only, bad domid -> -EFAULT")
{
    struct gnttab_get_status_frames op = { .dom = NO_DOMAIN };

    expect_readonly(op, grant_op(get_status_frames));
}

#endif

GNTTAB_CASE("setup_table, query_size: request is read-only, bad domid -> -EFAULT")
{
    struct gnttab_setup_table setup = { .dom = NO_DOMAIN };
    struct gnttab_query_size size = { .dom = NO_DOMAIN };

    expect_readonly(setup, grant_op(setup_table));
    expect_readonly(size, grant_op(query_size));
}

GNTTAB_CASE("get_version, set_version: request is read-only, version in effect -> -EFAULT")
{
    struct gnttab_get_version get = { .dom = DOMID_SELF, .version = 7 };
    struct gnttab_set_version set = { .version = gnttab_version() };

    expect_readonly(get, grant_op(get_version));
    expect_readonly(set, grant_op(set_version));
}

GNTTAB_CASE("copy: second request of two is read-only -> -EFAULT, first one done")
{
    static uint8_t pages[2][PAGE_SIZE] __page_aligned_bss;
    struct gnttab_copy *ops = _p(pages[1] - sizeof(*ops));
    long rc;

    ops[0] = (struct gnttab_copy){
        .source = { .u.gmfn = virt_to_gfn(gnt_page[0]), .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .len = 16, .status = GNT_UNTOUCHED,
    };
    ops[1] = ops[0];
    ops[1].source.offset = ops[1].dest.offset = 64;

    require_ok(remap_l1e(pages[1], PF_SYM(AD, P)));
    rc = hypercall_grant_table_op(GNTTABOP_copy, ops, 2);
    require_ok(remap_l1e(pages[1], PF_SYM(AD, RW, P)));

    expect_errno(rc, -EFAULT);
    /* The 32-bit layer may write the statuses of both at the end. */
    expect_mem(gnt_page[1], gnt_pattern(0), 16);
    expect_gntst(ops[0].status, GNTST_okay);
    expect_gntst(ops[1].status, GNT_UNTOUCHED);
}

EVTCHN_CASE("alloc_unbound, bind_ipi, bind_virq: request is read-only -> -EFAULT")
{
    struct evtchn_alloc_unbound alloc = {
        .dom = DOMID_SELF, .remote_dom = DOMID_SELF,
    };
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    struct evtchn_bind_virq virq = { .virq = VIRQ_DEBUG, .vcpu = 0 };

    expect_readonly(alloc, event_op(alloc_unbound));
    expect_readonly(ipi, event_op(bind_ipi));
    expect_readonly(virq, event_op(bind_virq));
}

EVTCHN_CASE("bind_interdomain, status: request is read-only -> -EFAULT")
{
    long port = evtchn_alloc();
    struct evtchn_bind_interdomain bind = {
        .remote_dom = DOMID_SELF, .remote_port = port,
    };
    struct evtchn_status status = { .dom = DOMID_SELF, .port = port };

    require_true(port > 0);
    expect_readonly(status, event_op(status));
    expect_readonly(bind, event_op(bind_interdomain));
}

CASE("vcpu_op get_runstate_info: buffer is read-only -> -EFAULT")
{
    uint8_t nothing[8] = {};

    expect_readonly(nothing, hypercall_vcpu_op(VCPUOP_get_runstate_info, 0,
                                               page));
}

CASE("multicall: list is read-only -> -EFAULT")
{
    multicall_entry_t call = { .op = __HYPERVISOR_xen_version };

    if ( hypercall_multicall(NULL, 0) == -ENOSYS )
        skip_case("needs multicall, which HVM guests have since Xen 4.16");
    call.args[0] = XENVER_version;
    expect_readonly(call, hypercall_multicall(_p(page), 1));
}

#ifdef CONFIG_HVM
CASE("hvm_op get_param: request is read-only -> -EFAULT")
{
    struct xen_hvm_param op = {
        .domid = DOMID_SELF, .index = HVM_PARAM_CALLBACK_IRQ,
    };

    expect_readonly(op, hypercall_hvm_op(HVMOP_get_param, page));
}
#endif

/*
 * For a 32-bit guest, Xen writes the status before it finds that the list
 * cannot be written, so that the guest sees GNTST_okay: docs/findings.md.
 */
#ifdef CONFIG_64BIT
GNTTAB_CASE("setup_table: frame_list is read-only -> GNTST_bad_virt_addr")
{
    struct gnttab_setup_table op = {
        .dom = DOMID_SELF, .nr_frames = 1, .status = GNT_UNTOUCHED,
    };

    op.frame_list = _p(page);
    make_readonly();
    expect_ok(hypercall_grant_table_op(GNTTABOP_setup_table, &op, 1));
    make_writable();
    expect_gntst(op.status, GNTST_bad_virt_addr);
}

#ifdef CONFIG_PV
GNTTAB_CASE_V2("get_status_frames: frame_list is read-only -> GNTST_bad_virt_addr")
{
    struct gnttab_get_status_frames op = {
        .dom = DOMID_SELF, .nr_frames = 1, .status = GNT_UNTOUCHED,
    };

    op.frame_list = _p(page);
    make_readonly();
    expect_ok(hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1));
    make_writable();
    expect_gntst(op.status, GNTST_bad_virt_addr);
}
#endif
#endif /* CONFIG_64BIT */
