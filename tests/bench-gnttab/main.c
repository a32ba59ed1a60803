/**
 * @file tests/bench-gnttab/main.c
 * @ref test-bench-gnttab
 *
 * @page test-bench-gnttab Benchmark: grant tables
 *
 * The cost of mapping and unmapping a granted page, singly and in batches, and
 * of copying bytes from a granted page.  The domain grants to itself.  An HVM
 * guest only copies: mapping its own page would move the frame in its physmap.
 *
 * These operations dominate the cost of a backend driver, and the choice
 * between mapping and copying depends on them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/grant_table.h>
#include <xtf/harness/bench.h>

#include <arch/mm.h>

const char test_title[] = "Benchmark: grant tables";

static uint8_t granted[PAGE_SIZE] __page_aligned_bss;
static uint8_t target[PAGE_SIZE] __page_aligned_bss;
static grant_ref_t granted_ref;
static domid_t self;

#ifdef CONFIG_PV

#define BATCH 16

static void *pages[BATCH];

static long map_unmap(void *arg)
{
    struct gnttab_map_grant_ref map[BATCH];
    struct gnttab_unmap_grant_ref unmap[BATCH];
    const unsigned int *count = arg;
    unsigned int i;
    long rc;

    for ( i = 0; i < *count; ++i )
        map[i] = (struct gnttab_map_grant_ref) {
            .host_addr = gnttab_host_addr(pages[i]),
            .flags = GNTMAP_host_map, .ref = granted_ref, .dom = self,
        };

    rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, map, *count);
    if ( rc )
        return rc;

    for ( i = 0; i < *count; ++i )
    {
        if ( map[i].status )
            return map[i].status;

        unmap[i] = (struct gnttab_unmap_grant_ref) {
            .host_addr = map[i].host_addr, .handle = map[i].handle,
        };
    }

    return hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, unmap, *count) ?:
        unmap[*count - 1].status;
}

static void run_map_unmap(void)
{
    static const unsigned int one = 1, batch = BATCH;
    unsigned int i;

    for ( i = 0; i < BATCH; ++i )
        pages[i] = gnttab_get_page();

    bench_run("gnttab.map_unmap", map_unmap, (void *)&one, 0);
    bench_run("gnttab.map_unmap_batch_of_16", map_unmap, (void *)&batch, 0);

    for ( i = 0; i < BATCH; ++i )
        gnttab_put_page(pages[i]);
}

#endif

static long copy(void *arg)
{
    const uint16_t *size = arg;
    struct gnttab_copy op = {
        .source = { .u.ref = granted_ref, .domid = self },
        .dest = { .u.gmfn = virt_to_gfn(target), .domid = DOMID_SELF },
        .len = *size,
        .flags = GNTCOPY_source_gref,
    };

    return hypercall_grant_table_op(GNTTABOP_copy, &op, 1) ?: op.status;
}

void test_main(void)
{
    static const uint16_t sizes[] = { 1, 16, 64, 256, 1024, 4096 };
    unsigned int i;
    int ref;

    if ( xtf_init_grant_table(1) )
        return xtf_skip("needs a grant table: "
                        "xtf_init_grant_table(1) failed\n");

    self = xtf_get_domid();
    ref = gnttab_grant_access(self, virt_to_gfn(granted), false);
    if ( ref < 0 )
        return xtf_error("gnttab_grant_access() returned %d\n", ref);
    granted_ref = ref;

    bench_begin();

#ifdef CONFIG_PV
    run_map_unmap();
#endif

    for ( i = 0; i < ARRAY_SIZE(sizes); ++i )
    {
        char name[32];

        snprintf(name, sizeof(name), "gnttab.copy.%u", sizes[i]);
        bench_run(name, copy, (void *)&sizes[i], sizes[i]);
    }

    gnttab_end_access(granted_ref);

    xtf_success(NULL);
}
