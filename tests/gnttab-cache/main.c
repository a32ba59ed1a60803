/**
 * @file tests/gnttab-cache/main.c
 * @ref test-gnttab-cache
 *
 * @page test-gnttab-cache Grant tables: cache_flush
 *
 * GNTTABOP_cache_flush takes a machine address from a PV guest. On x86 the
 * operation has no effect that a guest could see, so these cases check which
 * addresses it accepts: the caller's own memory and grants that the caller has
 * mapped, within one page, and no other domain's memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

const char test_title[] = "Grant tables: cache_flush";

static long flush(uint64_t maddr, unsigned int off, unsigned int len,
                  unsigned int how)
{
    struct gnttab_cache_flush op = {
        .a.dev_bus_addr = maddr, .offset = off, .length = len, .op = how,
    };

    return hypercall_grant_table_op(GNTTABOP_cache_flush, &op, 1);
}

static uint64_t own_maddr(void)
{
    return virt_to_maddr(gnt_page[0]);
}

/* Xen 4.21 removed the operation from x86. */
CASE("cache_flush: Xen without the operation, 4.21 and later -> -ENOSYS")
{
    struct gnttab_cache_flush op = {
        .a.dev_bus_addr = own_maddr(), .length = 16, .op = GNTTAB_CACHE_CLEAN,
    };

    if ( gnt_has_cache_flush() )
        skip_case("needs a Xen without GNTTABOP_cache_flush: 4.21 or later");

    expect_errno(hypercall_grant_table_op(GNTTABOP_cache_flush, &op, 1),
                 -ENOSYS);
    expect_errno(hypercall_grant_table_op(GNTTABOP_cache_flush, &op, 0),
                 -ENOSYS);
}

GNTTAB_CASE("cache_flush: GNTTAB_CACHE_CLEAN on the caller's memory -> 0")
{
    uint64_t maddr = own_maddr();

    skip_unless_cache_flush();

    expect_ok(flush(maddr, 0, PAGE_SIZE, GNTTAB_CACHE_CLEAN));
    expect_ok(flush(maddr, 1, 1, GNTTAB_CACHE_CLEAN));
    expect_ok(flush(maddr, PAGE_SIZE - 1, 1, GNTTAB_CACHE_CLEAN));
    expect_ok(flush(maddr, 0, 16,
                    GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL));
}

GNTTAB_CASE("cache_flush: GNTTAB_CACHE_INVAL without GNTTAB_CACHE_CLEAN -> -EOPNOTSUPP")
{
    skip_unless_cache_flush();

    expect_errno(flush(own_maddr(), 0, 16, GNTTAB_CACHE_INVAL), -EOPNOTSUPP);
}

GNTTAB_CASE("cache_flush: length, op or count is 0 -> 0")
{
    uint64_t maddr = own_maddr();

    skip_unless_cache_flush();

    expect_ok(flush(maddr, 0, 0, GNTTAB_CACHE_CLEAN));
    expect_ok(flush(maddr, 0, 16, 0));
    expect_ok(hypercall_grant_table_op(GNTTABOP_cache_flush, NULL, 0));
}

GNTTAB_CASE("cache_flush: range leaves the page -> -EINVAL")
{
    uint64_t maddr = own_maddr();

    skip_unless_cache_flush();

    expect_errno(flush(maddr, PAGE_SIZE, 0, GNTTAB_CACHE_CLEAN), -EINVAL);
    expect_errno(flush(maddr, PAGE_SIZE, 1, GNTTAB_CACHE_CLEAN), -EINVAL);
    expect_errno(flush(maddr, 0, PAGE_SIZE + 1, GNTTAB_CACHE_CLEAN), -EINVAL);
    expect_errno(flush(maddr, 1, PAGE_SIZE, GNTTAB_CACHE_CLEAN), -EINVAL);
    expect_errno(flush(maddr, PAGE_SIZE - 1, 2, GNTTAB_CACHE_CLEAN), -EINVAL);
    expect_errno(flush(maddr, 0xffff, 0xffff, GNTTAB_CACHE_CLEAN), -EINVAL);
}

GNTTAB_CASE("cache_flush: unknown bits in op -> -EINVAL")
{
    uint64_t maddr = own_maddr();

    skip_unless_cache_flush();

    expect_errno(flush(maddr, 0, 16, 1u << 2), -EINVAL);
    expect_errno(flush(maddr, 0, 16, GNTTAB_CACHE_CLEAN | (1u << 30)),
                 -EINVAL);
}

GNTTAB_CASE("cache_flush: GNTTAB_CACHE_SOURCE_GREF -> -EINVAL or -EOPNOTSUPP")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    long rc = flush(ref, 0, 16, GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_SOURCE_GREF);

    skip_unless_cache_flush();

    expect_msg(rc == -EINVAL || rc == -EOPNOTSUPP,
               "GNTTABOP_cache_flush returned %ld, expected -EINVAL or "
               "-EOPNOTSUPP", rc);
}

GNTTAB_CASE("cache_flush: address without memory -> -EINVAL")
{
    skip_unless_cache_flush();

    /*
     * Far above the machine's memory, and above the processor's address width.
     */
    expect_errno(flush((uint64_t)0x7ffffff0 << PAGE_SHIFT, 0, 16,
                       GNTTAB_CACHE_CLEAN), -EINVAL);
    expect_errno(flush(1ull << 51, 0, 16, GNTTAB_CACHE_CLEAN), -EINVAL);
}

GNTTAB_CASE("cache_flush: another owner's frame, not granted -> -EPERM or -EINVAL")
{
    unsigned int mfn;

    skip_unless_cache_flush();

    /*
     * Frames of the first megabyte belong to Xen, to devices, or have no owner.
     */
    for ( mfn = 1; mfn < 256; mfn += 5 )
    {
        long rc;

        /* Skip frames that this domain owns. */
        if ( mfn_to_pfn(mfn) < pv_start_info->nr_pages &&
             pfn_to_mfn(mfn_to_pfn(mfn)) == mfn )
            continue;

        rc = flush((uint64_t)mfn << PAGE_SHIFT, 0, 16, GNTTAB_CACHE_CLEAN);
        if ( !expect_msg(rc == -EPERM || rc == -EINVAL,
                         "GNTTABOP_cache_flush of frame %#x returned %ld, "
                         "expected -EPERM or -EINVAL", mfn, rc) )
            break;
    }
}

static struct gnttab_cache_flush ops[50];

static void fill_batch(void)
{
    uint64_t maddr = own_maddr();
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(ops); ++i )
        ops[i] = (struct gnttab_cache_flush) {
            .a.dev_bus_addr = maddr, .offset = i * 16, .length = 16,
            .op = GNTTAB_CACHE_CLEAN,
        };
}

GNTTAB_CASE("cache_flush: batch of 50 -> 0")
{
    skip_unless_cache_flush();

    fill_batch();
    expect_ok(hypercall_grant_table_op(GNTTABOP_cache_flush, ops,
                                       ARRAY_SIZE(ops)));
}

GNTTAB_CASE("cache_flush: batch of 50, preempted -> 0")
{
    skip_unless_cache_flush();

    fill_batch();
    expect_ok(gnt_op_preempted(GNTTABOP_cache_flush, ops, ARRAY_SIZE(ops)));
}

GNTTAB_CASE("cache_flush: batch whose last element is invalid, preempted or not -> -EINVAL")
{
    skip_unless_cache_flush();

    fill_batch();
    ops[ARRAY_SIZE(ops) - 1].length = PAGE_SIZE;
    expect_errno(hypercall_grant_table_op(GNTTABOP_cache_flush, ops,
                                          ARRAY_SIZE(ops)), -EINVAL);
    expect_errno(gnt_op_preempted(GNTTABOP_cache_flush, ops,
                                  ARRAY_SIZE(ops)), -EINVAL);
}

GNTTAB_CASE("cache_flush: array at an unmapped address -> -EFAULT")
{
    skip_unless_cache_flush();

    expect_errno(hypercall_grant_table_op(GNTTABOP_cache_flush, gnt_at(), 1),
                 -EFAULT);
}
