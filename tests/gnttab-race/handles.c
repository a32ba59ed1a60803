/*
 * Maptrack handles, which each vCPU allocates from a free list of its own, or
 * from another vCPU's. PV guests only: the mappings are device mappings.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

#define VCPUS 4

static grant_ref_t refs[VCPUS];

/* The number of handles of the domain. */
#define NR_HANDLES 256
#define MANY 60
#define FEW  10

/* Mappings that the next vCPU unmaps. */
struct batch
{
    unsigned int nr;
    struct gnttab_map_grant_ref maps[MANY];
};

static struct batch batches[VCPUS + 1], *volatile left;
static uint8_t owner[NR_HANDLES];

/* Device mappings need no address. */
static void map_batch(struct batch *batch, unsigned int vcpu, unsigned int nr)
{
    unsigned int i;
    long rc;

    for ( i = 0; i < nr; ++i )
        batch->maps[i] = gnt_map_op(refs[vcpu],
                                    GNTMAP_device_map | GNTMAP_readonly, NULL);
    batch->nr = nr;
    rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, batch->maps, nr);
    race_check(rc == 0, "map_grant_ref returned %ld, expected 0", rc);
}

/* Xen must only allocate free handles. At times all may be in use. */
static void own_handles(const struct batch *batch, unsigned int vcpu)
{
    unsigned int i;

    for ( i = 0; i < batch->nr; ++i )
    {
        const struct gnttab_map_grant_ref *map = &batch->maps[i];
        unsigned int had;

        race_check(map->status == GNTST_okay || map->status == GNTST_no_space,
                   "map_grant_ref on vCPU %u is %s, expected GNTST_okay or "
                   "GNTST_no_space", vcpu, gntst_strerror(map->status));
        if ( map->status != GNTST_okay || map->handle >= NR_HANDLES )
            continue;
        had = xchg(&owner[map->handle], vcpu + 1);
        race_check(!had, "handle %u is allocated to vCPU %u, but vCPU %u has "
                         "not freed it",
                   map->handle, vcpu, had - 1);
    }
}

static void free_handles(struct batch *batch)
{
    unsigned int i;

    for ( i = 0; i < batch->nr; ++i )
        if ( batch->maps[i].status == GNTST_okay &&
             batch->maps[i].handle < NR_HANDLES )
            xchg(&owner[batch->maps[i].handle], 0);
    race_unmap_all(batch->maps, batch->nr);
    batch->nr = 0;
}

/* Unmap what a race has left mapped, even if it ended early. */
static void free_all_handles(void *unused)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(batches); ++i )
        free_handles(&batches[i]);
}

static void map_and_pass_on(unsigned int vcpu)
{
    struct batch *batch = &batches[vcpu];
    unsigned int i;

    /* A vCPU that needs many handles at once finds its own free list empty. */
    for ( i = vcpu; race_goes_on(); ++i )
    {
        map_batch(batch, vcpu, i % VCPUS ? FEW : MANY);
        own_handles(batch, vcpu);
        batch = xchg(&left, batch);
        free_handles(batch);
    }
}

/* The number of free handles, except for the last one of each vCPU's list. */
static unsigned int count_handles(void)
{
    static struct batch all;
    unsigned int got, nr = 0, i;
    static struct gnttab_map_grant_ref held[NR_HANDLES + FEW];

    do {
        map_batch(&all, nr / MANY % VCPUS, FEW);
        for ( got = i = 0; i < FEW; ++i )
            if ( all.maps[i].status == GNTST_okay )
                held[nr++] = all.maps[i], got++;
    } while ( got == FEW && nr < NR_HANDLES );
    race_unmap_all(held, nr);

    return nr;
}

static void begin_list(void *unused)
{
    struct gnttab_map_grant_ref map =
        gnt_map_op(refs[0], GNTMAP_device_map | GNTMAP_readonly, NULL);

    if ( race_map(&map) == GNTST_okay )
        race_unmap(&map);
}

/* One vCPU allocates all handles, and every vCPU frees some of them. */
static void map_on_one_free_on_all(unsigned int vcpu)
{
    unsigned int i;

    while ( race_next_round() )
    {
        for ( i = 0; vcpu == 0 && i < VCPUS; ++i )
        {
            map_batch(&batches[i], i, RACE_BATCH);
            own_handles(&batches[i], i);
        }
        race_meet();
        free_handles(&batches[vcpu]);
    }
}

static void race_for_handles(void (*fn)(unsigned int vcpu))
{
    unsigned int i, nr;

    for ( i = 0; i < VCPUS; ++i )
        refs[i] = gnt_grant(gnt_page[0], 0);
    memset(owner, 0, sizeof(owner));
    memset(batches, 0, sizeof(batches));
    left = &batches[VCPUS];
    xtf_case_cleanup(free_all_handles, NULL);

    /* Each vCPU starts its free list, in which Xen always keeps one handle. */
    for ( i = 0; i < VCPUS; ++i )
        smp_call(i, begin_list, NULL);
    nr = count_handles();
    if ( nr >= NR_HANDLES )
        skip_case("needs one maptrack frame: gnttab_max_maptrack_frames=1 "
                  "(Xen) or max_maptrack_frames=1 (domain)");
    if ( !race(VCPUS, fn) )
        return;

    free_all_handles(NULL);
    expect_range(count_handles(), nr, NR_HANDLES);
    for ( i = 0; i < VCPUS; ++i )
        expect_hex(gnttab_in_use(refs[i]), 0);
}

GNTTAB_CASE("map_grant_ref race: handles allocated and freed by different vCPUs -> distinct, all free after")
{
    race_for_handles(map_and_pass_on);
}

GNTTAB_CASE("unmap_grant_ref race: handles freed on four vCPUs at once -> all free after")
{
    race_for_handles(map_on_one_free_on_all);
}
