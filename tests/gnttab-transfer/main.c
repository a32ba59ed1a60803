/**
 * @file tests/gnttab-transfer/main.c
 * @ref test-gnttab-transfer
 *
 * @page test-gnttab-transfer Grant tables: transfer
 *
 * GNTTABOP_transfer gives a page to another domain, which has published an
 * entry that accepts one. The page must not be referenced in any other way, or
 * the giving domain would keep access to another domain's memory; and it must
 * arrive once, complete, at the GFN that the receiver named. Only PV guests
 * have the operation.
 *
 * After most errors the page is lost to the giving domain, and these cases get
 * a new one from Xen.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/mm/page.h>

const char test_title[] = "Grant tables: transfer";

#define NR 4

static uint8_t page[NR][PAGE_SIZE] __page_aligned_bss;

static int transfer_batch(struct gnttab_transfer *ops, unsigned int nr)
{
    return hypercall_grant_table_op(GNTTABOP_transfer, ops, nr);
}

/* Map the page at va again, with a new frame if it lost its own. */
static void bring_back(void *va, bool lost)
{
    if ( lost ? page_populate(va) : page_restore(va) )
        panic("Cannot allocate or map a page in place of one that was "
              "transferred\n");
}

/* An entry that accepts a page from this domain, at the PFN of page nr. */
static grant_ref_t accept(unsigned int nr)
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), virt_to_pfn(page[nr]),
                   GTF_accept_transfer);

    return ref;
}

static unsigned int flags_of(grant_ref_t ref)
{
    return gnttab_version() == 1 ? gnttab_v1[ref].flags
                                 : gnttab_v2[ref].hdr.flags;
}

static uint64_t frame_of(grant_ref_t ref)
{
    return gnttab_version() == 1 ? gnttab_v1[ref].frame
                                 : gnttab_v2[ref].full_page.frame;
}

/* A request to give away page nr, after unmapping it. */
static struct gnttab_transfer give(unsigned int nr, grant_ref_t ref)
{
    struct gnttab_transfer op = {
        .mfn = virt_to_mfn(page[nr]), .domid = gnt_self(), .ref = ref,
        .status = GNT_UNTOUCHED,
    };

    memcpy(page[nr], gnt_pattern(nr), PAGE_SIZE);
    if ( page_vacate(page[nr]) )
        panic("Cannot unmap a page\n");

    return op;
}

/* The page has arrived by this entry, with its content. */
static void expect_arrived(unsigned int nr, grant_ref_t ref)
{
    unsigned long pfn = virt_to_pfn(page[nr]);

    expect_hex(flags_of(ref), GTF_accept_transfer | GTF_transfer_committed |
               GTF_transfer_completed);

    p2m[pfn] = frame_of(ref);
    expect_hex(mfn_to_pfn(frame_of(ref)), pfn);
    bring_back(page[nr], false);
    expect_mem(page[nr], gnt_pattern(nr), PAGE_SIZE);
    expect_true(gnt_unreferenced(page[nr]));
}

GNTTAB_CASE("transfer: caller to itself -> page arrives with its content, entry committed and completed")
{
    grant_ref_t ref = accept(0);
    struct gnttab_transfer op;

    need_transfer();

    op = give(0, ref);
    expect_ok(transfer_batch(&op, 1));
    require_gntst(op.status, GNTST_okay);
    expect_arrived(0, ref);
}

GNTTAB_CASE("transfer: batch of 4 -> every page arrives")
{
    struct gnttab_transfer ops[NR];
    grant_ref_t refs[NR];
    unsigned int i;

    need_transfer();

    for ( i = 0; i < NR; ++i )
    {
        refs[i] = accept(i);
        ops[i] = give(i, refs[i]);
    }
    expect_ok(transfer_batch(ops, NR));
    for ( i = 0; i < NR; ++i )
    {
        require_gntst(ops[i].status, GNTST_okay);
        expect_arrived(i, refs[i]);
    }
}

GNTTAB_CASE("transfer: batch of 4, preempted -> every page arrives")
{
    struct gnttab_transfer ops[NR];
    grant_ref_t refs[NR];
    unsigned int i;

    need_transfer();

    for ( i = 0; i < NR; ++i )
    {
        refs[i] = accept(i);
        ops[i] = give(i, refs[i]);
    }
    expect_ok(gnt_op_preempted(GNTTABOP_transfer, ops, NR));
    for ( i = 0; i < NR; ++i )
    {
        require_gntst(ops[i].status, GNTST_okay);
        expect_arrived(i, refs[i]);
    }
}

GNTTAB_CASE("transfer: batch with an invalid frame in the middle -> GNTST_bad_page, others arrive")
{
    struct gnttab_transfer ops[3];
    grant_ref_t a, b;

    need_transfer();

    a = accept(0);
    b = accept(1);
    ops[0] = give(0, a);
    ops[1] = (struct gnttab_transfer) {
        .mfn = 0x7ffffff0, .domid = gnt_self(), .ref = b,
        .status = GNT_UNTOUCHED,
    };
    ops[2] = give(1, b);

    expect_ok(transfer_batch(ops, 3));
    expect_gntst(ops[1].status, GNTST_bad_page);
    require_gntst(ops[0].status, GNTST_okay);
    require_gntst(ops[2].status, GNTST_okay);
    expect_arrived(0, a);
    expect_arrived(1, b);
}

/* GNTST_bad_page leaves the page untouched, and the entry still accepts one. */
static void expect_not_taken(struct gnttab_transfer *op)
{
    expect_ok(transfer_batch(op, 1));
    expect_gntst(op->status, GNTST_bad_page);
    expect_hex(flags_of(op->ref), GTF_accept_transfer);
}

GNTTAB_CASE("transfer: mfn is invalid or owned by Xen -> GNTST_bad_page")
{
    struct gnttab_transfer op = {
        .mfn = 0x7ffffff0, .domid = gnt_self(), .ref = accept(0),
    };

    need_transfer();

    expect_not_taken(&op);
    op.mfn = ~0ul;
    expect_not_taken(&op);

    /*
     * A page of the grant table belongs to Xen, although the domain may write
     * to it.
     */
    op.mfn = pte_to_paddr(*pv_l1e(gnttab_raw)) >> PAGE_SHIFT;
    expect_not_taken(&op);
    op.mfn = pte_to_paddr(*pv_l1e(&shared_info)) >> PAGE_SHIFT;
    expect_not_taken(&op);
}

GNTTAB_CASE("transfer: page is mapped by the guest -> GNTST_bad_page, page stays")
{
    struct gnttab_transfer op;

    need_transfer();

    op = give(0, accept(0));
    bring_back(page[0], false);
    expect_not_taken(&op);
    expect_mem(page[0], gnt_pattern(0), PAGE_SIZE);
    expect_true(gnt_unreferenced(page[0]));
}

GNTTAB_CASE("transfer: page is pinned as a page table -> GNTST_bad_page")
{
    mmuext_op_t ext = { .cmd = MMUEXT_PIN_L1_TABLE };
    struct gnttab_transfer op;

    need_transfer();

    op = give(0, accept(0));
    bring_back(page[0], false);
    memset(page[0], 0, PAGE_SIZE);
    require_ok(page_vacate(page[0]));

    ext.arg1.mfn = op.mfn;
    require_ok(hypercall_mmuext_op(&ext, 1, NULL, DOMID_SELF));
    expect_not_taken(&op);
    ext.cmd = MMUEXT_UNPIN_TABLE;
    require_ok(hypercall_mmuext_op(&ext, 1, NULL, DOMID_SELF));
    bring_back(page[0], false);
}

GNTTAB_CASE("transfer: page is mapped by a grant -> GNTST_bad_page, page stays")
{
    grant_ref_t ref = gnt_grant(page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());
    struct gnttab_transfer op;

    need_transfer();

    require_gntst(gnt_map(&map), GNTST_okay);
    op = give(0, accept(0));
    expect_not_taken(&op);
    require_gntst(gnt_undo(&map), GNTST_okay);
    bring_back(page[0], false);
    expect_mem(page[0], gnt_pattern(0), PAGE_SIZE);
}

GNTTAB_CASE("transfer: unallocated or reserved domid -> GNTST_bad_domain, entry still accepts")
{
    static const domid_t ids[] = { NO_DOMAIN, DOMID_SELF, DOMID_XEN };
    unsigned int i;

    need_transfer();

    for ( i = 0; i < ARRAY_SIZE(ids); ++i )
    {
        grant_ref_t ref = accept(0);
        struct gnttab_transfer op = give(0, ref);

        op.domid = ids[i];
        expect_ok(transfer_batch(&op, 1));
        expect_gntst(op.status, GNTST_bad_domain);
        expect_hex(flags_of(ref), GTF_accept_transfer);
        bring_back(page[0], true);
    }
}

/*
 * The caller loses the page, ref does not accept it, and the entry is
 * unchanged.
 */
static void expect_not_accepted(grant_ref_t ref)
{
    unsigned int was = ref < gnttab_nr_entries() ? flags_of(ref) : 0;
    struct gnttab_transfer op = give(0, ref);

    expect_ok(transfer_batch(&op, 1));
    expect_gntst(op.status, GNTST_general_error);
    if ( ref < gnttab_nr_entries() )
    {
        expect_hex(flags_of(ref), was);
        expect_hex(frame_of(ref), virt_to_pfn(page[0]));
    }
    bring_back(page[0], true);
}

GNTTAB_CASE("transfer: reference beyond the table -> GNTST_general_error")
{
    need_transfer();

    expect_not_accepted(gnttab_nr_entries());
    expect_not_accepted(~0u);
}

GNTTAB_CASE("transfer: entry is not a plain GTF_accept_transfer -> GNTST_general_error, entry unchanged")
{
    static const unsigned int flags[] = {
        GTF_invalid, GTF_permit_access, GTF_transitive,
        GTF_accept_transfer | GTF_transfer_committed,
        GTF_accept_transfer | GTF_transfer_completed,
        GTF_accept_transfer | GTF_transfer_committed | GTF_transfer_completed,
        GTF_accept_transfer | GTF_writing,
        GTF_accept_transfer | GTF_sub_page,
    };
    grant_ref_t ref = gnt_ref();
    unsigned int i;

    need_transfer();

    for ( i = 0; i < ARRAY_SIZE(flags); ++i )
    {
        gnttab_publish(ref, gnt_self(), virt_to_pfn(page[0]), flags[i]);
        expect_not_accepted(ref);
    }
    gnttab_publish(ref, gnt_self(), 0, GTF_invalid);
}

GNTTAB_CASE("transfer: entry accepts from another domain -> GNTST_general_error")
{
    grant_ref_t ref = gnt_ref();

    need_transfer();

    gnttab_publish(ref, gnt_self() + 1, virt_to_pfn(page[0]),
                   GTF_accept_transfer);
    expect_not_accepted(ref);
}

GNTTAB_CASE("transfer: entry already completed -> GNTST_general_error, first page stays")
{
    grant_ref_t ref = accept(0);
    struct gnttab_transfer first, second;

    need_transfer();

    first = give(0, ref);
    expect_ok(transfer_batch(&first, 1));
    require_gntst(first.status, GNTST_okay);

    second = give(1, ref);
    expect_ok(transfer_batch(&second, 1));
    expect_gntst(second.status, GNTST_general_error);
    bring_back(page[1], true);
    expect_arrived(0, ref);
}

GNTTAB_CASE("transfer: count is 0 -> 0")
{
    need_transfer();
    expect_ok(transfer_batch(NULL, 0));
}

GNTTAB_CASE("transfer: array at an unmapped address -> -EFAULT")
{
    need_transfer();
    expect_errno(transfer_batch(gnt_at(), 1), -EFAULT);
}

GNTTAB_CASE("transfer: array crosses into an unmapped page -> -EFAULT, page arrives or stays")
{
    struct gnttab_transfer *op = unmapped_after(sizeof(*op));
    grant_ref_t ref = accept(0);
    bool arrived;

    need_transfer();

    *op = give(0, ref);
    expect_errno(transfer_batch(op, 2), -EFAULT);

    /*
     * For a 32-bit guest, Xen translates several elements before it carries out
     * the first, and so may have done none.
     */
    arrived = flags_of(ref) & GTF_transfer_completed;
    if ( arrived )
        expect_arrived(0, ref);
    else
        bring_back(page[0], false);
    if ( IS_DEFINED(CONFIG_64BIT) )
    {
        expect_true(arrived);
        expect_gntst(op->status, GNTST_okay);
    }
}
