/**
 * @file tests/gnttab-handles-smp/main.c
 * @ref test-gnttab-handles-smp
 *
 * @page test-gnttab-handles-smp Grant tables: handles of several vCPUs
 *
 * Xen keeps free maptrack handles in a list for each vCPU. A vCPU without any
 * gets a new frame of them; at the limit, or if Xen has no memory, it takes
 * those of another vCPU. A handle may be freed on any vCPU, even on one that
 * never mapped anything, and goes back to where it came from.
 *
 * The test comes with a configuration that allows two frames of handles. One
 * vCPU works at a time; gnttab-race has them work at once.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/exhaust.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/harness/needs.h>

const char test_title[] = "Grant tables: handles of several vCPUs";

/* Mappings at a time, and how often: more in all than two frames of handles. */
#define NR 100
#define ROUNDS 7

static struct gnttab_map_grant_ref maps[NR];
static struct gnttab_unmap_grant_ref unmaps[NR];
static unsigned int from, to;
static volatile long result;

/* Map elements [from, to) of the batch, or unmap them, on this vCPU. */
static void map_some(void *unused)
{
    result = hypercall_grant_table_op(GNTTABOP_map_grant_ref, &maps[from],
                                      to - from);
}

static void unmap_some(void *unused)
{
    result = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &unmaps[from],
                                      to - from);
}

static void prepare(void)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    unsigned int i;

    for ( i = 0; i < NR; ++i )
    {
        maps[i] = gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, NULL);
        maps[i].host_addr = gnt_many_addr(i);
    }
}

#define on_vcpu(vcpu, fn, first, last)                                      \
    do {                                                                    \
        from = first;                                                       \
        to = last;                                                          \
        result = -1;                                                        \
        require_ok(smp_call(vcpu, fn, NULL));                                \
        require_ok(result);                                                 \
    } while ( 0 )

#define expect_mapped(first, last)                                          \
    do {                                                                    \
        unsigned int i_;                                                    \
                                                                            \
        for ( i_ = first; i_ < (last); ++i_ )                               \
            require_gntst(maps[i_].status, GNTST_okay);                     \
    } while ( 0 )

/* Unmap elements [first, last) on a vCPU. */
#define unmap_on(vcpu, first, last)                                         \
    do {                                                                    \
        unsigned int i_;                                                    \
                                                                            \
        for ( i_ = first; i_ < (last); ++i_ )                               \
            unmaps[i_] = gnt_unmap_op(&maps[i_]);                           \
        on_vcpu(vcpu, unmap_some, first, last);                             \
        for ( i_ = first; i_ < (last); ++i_ )                               \
            expect_gntst(unmaps[i_].status, GNTST_okay);                    \
    } while ( 0 )

GNTTAB_CASE_V1("unmap_grant_ref: on a vCPU that never mapped -> handles free for the others")
{
    need_vcpus(3);
    prepare();
    on_vcpu(0, map_some, 0, 20);
    expect_mapped(0, 20);
    unmap_on(2, 0, 19);

    on_vcpu(0, map_some, 0, 19);
    expect_mapped(0, 19);
    unmap_on(0, 0, 20);
}

GNTTAB_CASE_V1("map_grant_ref: Xen heap exhausted, on a vCPU that never mapped -> GNTST_okay with another vCPU's handles")
{
    need_vcpus(2);
    prepare();
    on_vcpu(0, map_some, 0, 1);
    expect_mapped(0, 1);

    require_ok(smp_init(1));
    XTF_REQUIRE(exhaust_for_case());
    on_vcpu(1, map_some, 1, 3);
    expect_mapped(1, 3);

    unmap_on(1, 1, 3);
    unmap_on(0, 0, 1);
}

/* From here on, every frame of handles that the limit allows is in use. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

GNTTAB_CASE("map_grant_ref: at the maptrack limit, on a vCPU that never mapped -> GNTST_okay with another vCPU's handles")
{
    unsigned int round;

    need_vcpus(3);
    prepare();

    /* Each first mapping takes a frame of handles; there are two. */
    on_vcpu(0, map_some, 0, 1);
    on_vcpu(1, map_some, 1, 2);
    expect_mapped(0, 2);

    /* More handles in all than there are: each must come back. */
    for ( round = 0; round < ROUNDS; ++round )
    {
        on_vcpu(2, map_some, 2, NR);
        expect_mapped(2, NR);
        unmap_on(2, 2, NR);
        /* Handles of both go to the ends of their lists in turn. */
        unmap_on(0, 0, 1);
        on_vcpu(0, map_some, 0, 1);
        expect_mapped(0, 1);
    }
    unmap_on(1, 1, 2);
    unmap_on(0, 0, 1);
}

GNTTAB_CASE("unmap_grant_ref: on another vCPU than mapped -> handles free again for the first")
{
    unsigned int round;

    need_vcpus(2);
    prepare();

    /* The first mapping stays: it keeps an HVM guest's page in existence. */
    on_vcpu(0, map_some, 0, 1);
    expect_mapped(0, 1);

    for ( round = 0; round < ROUNDS; ++round )
    {
        on_vcpu(0, map_some, 1, NR);
        expect_mapped(1, NR);
        unmap_on(1, 1, NR);
    }
    unmap_on(0, 0, 1);
}
