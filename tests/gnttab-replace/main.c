/**
 * @file tests/gnttab-replace/main.c
 * @ref test-gnttab-replace
 *
 * @page test-gnttab-replace Grant tables: unmap_and_replace
 *
 * GNTTABOP_unmap_and_replace unmaps a grant and moves the page that is mapped
 * at another address to there, in one step. Two page table entries change, and
 * the page reference of one moves to the other; an error leaves a page that is
 * mapped and free at the same time. Only PV guests have the operation.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/mm/page.h>

const char test_title[] = "Grant tables: unmap_and_replace";

/* A writable mapping of gnt_page[0], to be replaced by gnt_page[1]. */
struct setup
{
    grant_ref_t ref;
    uint8_t *at;
    struct gnttab_map_grant_ref map;
};

static struct setup mapped(void)
{
    struct setup s = { .ref = gnt_grant(gnt_page[0], 0), .at = gnt_at() };

    s.map = gnt_map_op(s.ref, GNTMAP_host_map, s.at);
    expect_gntst(gnt_map(&s.map), GNTST_okay);

    return s;
}

static struct gnttab_unmap_and_replace replace_op(const struct setup *s,
                                                  const void *new)
{
    return (struct gnttab_unmap_and_replace) {
        .host_addr = s->map.host_addr,
        .new_addr = gnttab_host_addr(new),
        .handle = s->map.handle,
        .status = GNT_UNTOUCHED,
    };
}

static long replace_batch(struct gnttab_unmap_and_replace *ops,
                          unsigned int nr)
{
    return hypercall_grant_table_op(GNTTABOP_unmap_and_replace, ops, nr);
}

static int replace(struct gnttab_unmap_and_replace *op)
{
    expect_ok(replace_batch(op, 1));

    return op->status;
}

/*
 * gnt_page[nr] has moved to s->at, and the grant is unmapped. Move the page
 * back.
 */
static void expect_replaced(const struct setup *s, unsigned int nr)
{
    expect_hex(gnttab_in_use(s->ref), 0);
    expect_exception(gnt_probe_read(gnt_page[nr]), EXINFO_SYM(PF, 0));
    expect_mem(s->at, gnt_pattern(nr), PAGE_SIZE);
    gnt_forget(s->map.handle);

    if ( page_vacate(s->at) || page_restore(gnt_page[nr]) )
        panic("Cannot restore the page tables\n");
    expect_mem(gnt_page[nr], gnt_pattern(nr), PAGE_SIZE);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
    expect_true(gnt_can_be_pagetable(gnt_page[nr]));
}

/* The mapping is unchanged. */
static void expect_still_mapped(const struct setup *s)
{
    expect_hex(gnttab_in_use(s->ref), GTF_reading | GTF_writing);
    expect_mem(s->at, gnt_pattern(0), PAGE_SIZE);
}

GNTTAB_CASE("unmap_and_replace: grant replaced by an own page -> page moved to host_addr, grant unmapped")
{
    struct setup s = mapped();
    struct gnttab_unmap_and_replace op = replace_op(&s, gnt_page[1]), was = op;

    require_gntst(replace(&op), GNTST_okay);
    expect_hex(op.host_addr, was.host_addr);
    expect_hex(op.new_addr, was.new_addr);
    expect_eq(op.handle, was.handle);
    expect_replaced(&s, 1);
}

GNTTAB_CASE("unmap_and_replace: same handle twice -> GNTST_bad_handle")
{
    struct setup s = mapped();
    struct gnttab_unmap_and_replace op = replace_op(&s, gnt_page[1]);

    require_gntst(replace(&op), GNTST_okay);
    op.new_addr = gnttab_host_addr(gnt_page[2]);
    expect_gntst(replace(&op), GNTST_bad_handle);
    expect_page_unchanged(2);
    expect_replaced(&s, 1);
}

GNTTAB_CASE("unmap_and_replace: new_addr is 0 -> unmapped only")
{
    struct setup s = mapped();
    struct gnttab_unmap_and_replace op = replace_op(&s, NULL);

    expect_gntst(replace(&op), GNTST_okay);
    expect_false(gnt_present(s.at));
    expect_hex(gnttab_in_use(s.ref), 0);
    gnt_forget(s.map.handle);
}

GNTTAB_CASE("unmap_and_replace: host_addr is 0 -> GNTST_okay, nothing changes")
{
    struct setup s = mapped();
    struct gnttab_unmap_and_replace op = replace_op(&s, gnt_page[1]);

    op.host_addr = 0;
    expect_gntst(replace(&op), GNTST_okay);
    expect_still_mapped(&s);
    expect_page_unchanged(1);
}

GNTTAB_CASE("unmap_and_replace: invalid handle -> GNTST_bad_handle")
{
    struct setup s = mapped();
    struct gnttab_unmap_and_replace op = replace_op(&s, gnt_page[1]);

    op.handle = ~0u;
    expect_gntst(replace(&op), GNTST_bad_handle);
    expect_still_mapped(&s);
    expect_page_unchanged(1);
}

GNTTAB_CASE("unmap_and_replace: new_addr without a guest page table -> GNTST_general_error")
{
    struct setup s = mapped();
    struct gnttab_unmap_and_replace op = replace_op(&s, NULL);
    static const uint64_t addrs[] = {
#ifdef CONFIG_64BIT
        0x0000500000000000ull, 0xffff800000000000ull, 0x8000000000000000ull,
#else
        0x90000000, 0xf5800000, 0x100000000ull,
#endif
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(addrs); ++i )
    {
        op.new_addr = addrs[i];
        expect_gntst(replace(&op), GNTST_general_error);
        expect_still_mapped(&s);
    }
}

GNTTAB_CASE("unmap_and_replace: host_addr is another page -> GNTST_general_error, grant stays mapped")
{
    struct setup s = mapped();
    struct gnttab_unmap_and_replace op = replace_op(&s, gnt_page[1]);

    op.host_addr = gnttab_host_addr(gnt_page[2]);
    expect_gntst(replace(&op), GNTST_general_error);
    expect_still_mapped(&s);
    expect_page_unchanged(2);

    /*
     * Xen has already unmapped the new page at new_addr; the guest still owns
     * the page.
     */
    if ( page_restore(gnt_page[1]) )
        panic("Cannot restore the page tables\n");
    expect_page_unchanged(1);
}

GNTTAB_CASE("unmap_and_replace: GNTMAP_contains_pte mapping -> GNTST_general_error")
{
    struct setup s = { .ref = gnt_grant(gnt_page[0], 0), .at = gnt_at() };
    struct gnttab_unmap_and_replace op;

    s.map = gnt_map_op(s.ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);
    s.map.host_addr = pv_l1e_maddr(s.at);
    require_gntst(gnt_map(&s.map), GNTST_okay);

    op = replace_op(&s, gnt_page[1]);
    expect_gntst(replace(&op), GNTST_general_error);
    expect_still_mapped(&s);
    expect_page_unchanged(1);
}

#define NR 3

static void replace_all(bool preempted)
{
    struct setup s[NR];
    struct gnttab_unmap_and_replace ops[NR];
    unsigned int i;

    for ( i = 0; i < NR; ++i )
    {
        s[i] = mapped();
        ops[i] = replace_op(&s[i], gnt_page[i + 1]);
    }

    expect_ok(preempted
              ? gnt_op_preempted(GNTTABOP_unmap_and_replace, ops, NR)
              : replace_batch(ops, NR));
    for ( i = 0; i < NR; ++i )
    {
        require_gntst(ops[i].status, GNTST_okay);
        expect_replaced(&s[i], i + 1);
    }
}

GNTTAB_CASE("unmap_and_replace: batch of 3 -> every element done")
{
    replace_all(false);
}

GNTTAB_CASE("unmap_and_replace: batch of 3, preempted -> every element done")
{
    replace_all(true);
}

/* More than Xen processes at a time. */
#define MANY 70

GNTTAB_CASE("unmap_and_replace: batch of 70 with one bad handle, preempted -> others unmapped")
{
    static struct gnttab_map_grant_ref maps[MANY];
    static struct gnttab_unmap_and_replace ops[MANY];
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i;

    for ( i = 0; i < MANY; ++i )
    {
        maps[i] = gnt_map_op(ref, GNTMAP_host_map, NULL);
        maps[i].host_addr = gnt_many_addr(i);
    }
    expect_ok(gnt_map_batch(maps, MANY));
    for ( i = 0; i < MANY; ++i )
        ops[i] = (struct gnttab_unmap_and_replace) {
            .host_addr = maps[i].host_addr,
            .handle = i == 40 ? ~0u : maps[i].handle,
            .status = GNT_UNTOUCHED,
        };

    expect_ok(gnt_op_preempted(GNTTABOP_unmap_and_replace, ops, MANY));
    for ( i = 0; i < MANY; ++i )
    {
        expect_gntst(ops[i].status,
                     i == 40 ? GNTST_bad_handle : GNTST_okay);
        if ( ops[i].status != GNTST_okay )
            continue;
        expect_false(gnt_present(_p(maps[i].host_addr)));
        gnt_forget(maps[i].handle);
    }
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
}

GNTTAB_CASE("unmap_and_replace: count is 0 -> 0")
{
    expect_ok(replace_batch(NULL, 0));
}

GNTTAB_CASE("unmap_and_replace: array at an unmapped address -> -EFAULT")
{
    expect_errno(replace_batch(gnt_at(), 1), -EFAULT);
}

GNTTAB_CASE("unmap_and_replace: array crosses into an unmapped page -> -EFAULT, readable element done")
{
    struct gnttab_unmap_and_replace *op = unmapped_after(sizeof(*op));
    struct setup s = mapped();

    *op = replace_op(&s, gnt_page[1]);
    expect_errno(replace_batch(op, 2), -EFAULT);
    require_gntst(op->status, GNTST_okay);
    expect_replaced(&s, 1);
}
