/**
 * @file tests/gnttab-zero/main.c
 * @ref test-gnttab-zero
 *
 * @page test-gnttab-zero Grant tables: nothing at all
 *
 * Copies of no bytes, batches of no elements, lists of no ports or frames.  None
 * of them does anything, whatever else the request says; none of them may be
 * taken for one that does.
 *
 * A copy of no bytes with otherwise bad arguments is GNTST_okay since Xen 4.19
 * (commit a4a790f432), and may be refused before.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: copies and batches of nothing";

static struct gnttab_copy good(grant_ref_t ref)
{
    return (struct gnttab_copy) {
        .source = { .u.ref = ref, .domid = gnt_self() },
        .dest = { .u.gmfn = virt_to_gfn(gnt_page[1]), .domid = DOMID_SELF },
        .flags = GNTCOPY_source_gref,
    };
}

/* Nothing was copied and nothing is in use. */
static void expect_nothing(grant_ref_t ref)
{
    expect_hex(gnttab_in_use(ref), 0);
    expect_page_unchanged(0);
    expect_page_unchanged(1);
}

/* A copy of nothing, of which something is bad. */
static void copy_nothing(struct gnttab_copy op, grant_ref_t ref)
{
    int status = gnt_copy(&op);

    if ( xen_has(XEN_COPY_OF_NOTHING_IS_OKAY) )
        expect_gntst(status, GNTST_okay);
    else
        expect_range(status, GNTST_eagain, GNTST_okay);
    expect_nothing(ref);
}

GNTTAB_CASE("copy: len is 0, offsets within the page -> GNTST_okay, nothing copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = good(ref);

    expect_gntst(gnt_copy(&op), GNTST_okay);
    op.source.offset = PAGE_SIZE;
    op.dest.offset = PAGE_SIZE;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    expect_nothing(ref);
}

GNTTAB_CASE("copy: len is 0, source reference beyond the table -> nothing copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = good(~0u);

    copy_nothing(op, ref);
}

GNTTAB_CASE("copy: len is 0, source entry invalid -> nothing copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = good(gnt_ref());

    copy_nothing(op, ref);
}

GNTTAB_CASE("copy: len is 0, source or destination domain does not exist -> nothing copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = good(ref);

    op.source.domid = NO_DOMAIN;
    copy_nothing(op, ref);
    op = good(ref);
    op.dest.domid = NO_DOMAIN;
    copy_nothing(op, ref);
}

GNTTAB_CASE("copy: len is 0, destination frame does not exist -> nothing copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = good(ref);

    op.dest.u.gmfn = ~0ul >> 16;
    copy_nothing(op, ref);
}

GNTTAB_CASE("copy: len is 0, destination entry is GTF_readonly -> nothing copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_copy op = good(ref);

    op.dest = op.source;
    op.source.u.gmfn = virt_to_gfn(gnt_page[1]);
    op.source.domid = DOMID_SELF;
    op.flags = GNTCOPY_dest_gref;
    copy_nothing(op, ref);
}

GNTTAB_CASE("copy: len is 0, source offset is 4097 -> nothing copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy op = good(ref);

    op.source.offset = PAGE_SIZE + 1;
    copy_nothing(op, ref);
}

GNTTAB_CASE("copy: len is 0 in the second of three elements -> the others are copied")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_copy ops[3];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(ops); ++i )
        ops[i] = good(ref);
    ops[0].len = 16;
    ops[1].source.u.ref = ~0u;
    ops[1].dest.u.gmfn = virt_to_gfn(gnt_page[2]);
    ops[2].len = 16;
    ops[2].source.offset = ops[2].dest.offset = 64;
    expect_ok(hypercall_grant_table_op(GNTTABOP_copy, ops, 3));
    expect_gntst(ops[0].status, GNTST_okay);
    if ( xen_has(XEN_COPY_OF_NOTHING_IS_OKAY) )
        expect_gntst(ops[1].status, GNTST_okay);
    expect_gntst(ops[2].status, GNTST_okay);
    expect_mem(gnt_page[1], gnt_pattern(0), 16);
    expect_mem(gnt_page[1] + 16, gnt_pattern(1) + 16, 48);
    expect_mem(gnt_page[1] + 64, gnt_pattern(0) + 64, 16);
    expect_page_unchanged(2);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE_V2("copy: len is 0, source is a sub-page grant -> nothing copied")
{
    grant_ref_t ref = gnt_ref();
    struct gnttab_copy op = good(ref);

    gnttab_publish_sub_page(ref, gnt_self(), virt_to_gfn(gnt_page[0]),
                            GTF_permit_access, 8, 8);
    op.source.offset = 8;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    op.source.offset = 16;
    expect_gntst(gnt_copy(&op), GNTST_okay);
    op.source.offset = 64;
    copy_nothing(op, ref);
}

GNTTAB_CASE_V2("copy: len is 0, transitive entry names no domain -> nothing copied")
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish_transitive(ref, gnt_self(), 0, NO_DOMAIN, 0);
    copy_nothing(good(ref), ref);
}

CASE("grant_table_op: count is 0, list not mapped -> 0")
{
    static const unsigned int cmds[] = {
        GNTTABOP_map_grant_ref, GNTTABOP_unmap_grant_ref, GNTTABOP_copy,
        GNTTABOP_swap_grant_ref,
#ifdef CONFIG_PV
        GNTTABOP_unmap_and_replace,
#endif
    };
    unsigned int i;

    need_gnttab();

    for ( i = 0; i < ARRAY_SIZE(cmds); ++i )
    {
        long rc = hypercall_grant_table_op(cmds[i], UNMAPPED_POINTER, 0);

        expect_msg(rc == 0, "operation %u on no elements returns %ld", cmds[i],
                   rc);
    }
}

#ifdef CONFIG_PV
CASE("transfer: count is 0, list not mapped -> 0")
{
    need_gnttab();
    need_transfer();
    expect_errno(hypercall_grant_table_op(GNTTABOP_transfer, UNMAPPED_POINTER,
                                          0), 0);
}

CASE("cache_flush: count is 0, continuation bits set -> nothing done")
{
    /* Such bits of the command are for Xen itself; x86 has it until 4.20. */
    unsigned int cmd = GNTTABOP_cache_flush | (1u << 12);
    long rc = hypercall_grant_table_op(cmd, UNMAPPED_POINTER, 0);

    expect_msg(rc == 0 || rc == -EINVAL || rc == -ENOSYS || rc == -EOPNOTSUPP,
               "cache_flush of no elements returns %ld", rc);
}
#endif

CASE("poll: nr_ports is 0, timeout past -> 0")
{
    sched_poll_t poll = { .nr_ports = 0, .timeout = 1 };

    /* With nothing to wait for, it is the time alone that ends it. */
    expect_ok(hypercall_sched_op(SCHEDOP_poll, &poll));
}

CASE("poll: port 0, timeout past -> 0 or -EINVAL")
{
    evtchn_port_t ports[1] = { 0 };
    sched_poll_t poll = { .ports = ports, .nr_ports = 1, .timeout = 1 };
    long rc = hypercall_sched_op(SCHEDOP_poll, &poll);

    /* Port 0 is reserved: it is refused, or nothing comes. */
    expect_msg(rc == 0 || rc == -EINVAL, "SCHEDOP_poll returns %ld", rc);
}

CASE("send, close, bind_interdomain, bind_vcpu: port is 0 -> -EINVAL")
{
    require_ok(evtchn_start(EVTCHN_2L));
    expect_errno(hypercall_evtchn_send(0), -EINVAL);
    expect_errno(hypercall_evtchn_close(0), -EINVAL);
    expect_errno(evtchn_bind_interdomain(DOMID_SELF, 0), -EINVAL);
    expect_errno(evtchn_bind_vcpu(0, 0), -EINVAL);
}

CASE("memory_op: nr_extents is 0 -> 0")
{
    struct xen_memory_reservation op = { .domid = DOMID_SELF };

    expect_eq(hypercall_memory_op(XENMEM_increase_reservation, &op), 0);
    expect_eq(hypercall_memory_op(XENMEM_decrease_reservation, &op), 0);
    expect_eq(hypercall_memory_op(XENMEM_populate_physmap, &op), 0);
}
