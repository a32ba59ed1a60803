/*
 * Handles of mappings, which each vCPU takes from a list of its own, or from
 * another's.  PV guests only: the mappings are for devices.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

#define VCPUS 4

static grant_ref_t refs[VCPUS];

/* How many handles there are, for all vCPUs together. */
#define NR_HANDLES 256
#define MANY 60
#define FEW  10

/* Mappings that whoever comes next undoes. */
struct batch
{
    unsigned int nr;
    struct gnttab_map_grant_ref maps[MANY];
};

static struct batch batches[VCPUS + 1], *volatile left;
static uint8_t owner[NR_HANDLES];

/* Device mappings need no place. */
static void map_batch(struct batch *batch, unsigned int vcpu, unsigned int nr)
{
    unsigned int i;
    long rc;

    for ( i = 0; i < nr; ++i )
        batch->maps[i] = gnt_map_op(refs[vcpu],
                                    GNTMAP_device_map | GNTMAP_readonly, NULL);
    batch->nr = nr;
    rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, batch->maps, nr);
    race_check(rc == 0, "map_grant_ref returns %ld", rc);
}

/* Only a handle that nobody has is given out; at times there may be none. */
static void take_handles(const struct batch *batch, unsigned int vcpu)
{
    unsigned int i;

    for ( i = 0; i < batch->nr; ++i )
    {
        const struct gnttab_map_grant_ref *map = &batch->maps[i];
        unsigned int had;

        race_check(map->status == GNTST_okay || map->status == GNTST_no_space,
                   "vCPU %u cannot map: %s", vcpu, gntst_strerror(map->status));
        if ( map->status != GNTST_okay || map->handle >= NR_HANDLES )
            continue;
        had = xchg(&owner[map->handle], vcpu + 1);
        race_check(!had, "handle %u is of vCPU %u, and was of vCPU %u",
                   map->handle, vcpu, had - 1);
    }
}

static void give_back(const struct batch *batch)
{
    unsigned int i;

    for ( i = 0; i < batch->nr; ++i )
        if ( batch->maps[i].status == GNTST_okay &&
             batch->maps[i].handle < NR_HANDLES )
            xchg(&owner[batch->maps[i].handle], 0);
    race_unmap_all(batch->maps, batch->nr);
}

static void map_and_pass_on(unsigned int vcpu)
{
    struct batch *batch = &batches[vcpu];
    unsigned int i;

    /* Who wants many at a time finds its own list empty. */
    for ( i = vcpu; race_goes_on(); ++i )
    {
        map_batch(batch, vcpu, i % VCPUS ? FEW : MANY);
        take_handles(batch, vcpu);
        batch = xchg(&left, batch);
        give_back(batch);
    }
}

/* How many handles are free, but for the last one of each vCPU's list. */
static unsigned int count_handles(void)
{
    static struct batch all;
    unsigned int got, nr = 0, i;
    static struct gnttab_map_grant_ref held[NR_HANDLES];

    do {
        map_batch(&all, nr / MANY % VCPUS, FEW);
        for ( got = i = 0; i < FEW && nr < NR_HANDLES; ++i )
            if ( all.maps[i].status == GNTST_okay )
                held[nr++] = all.maps[i], got++;
    } while ( got == FEW );
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

/* All of them are taken by one vCPU, and given back by all. */
static void give_back_of_one(unsigned int vcpu)
{
    unsigned int i;

    while ( race_next_round() )
    {
        for ( i = 0; vcpu == 0 && i < VCPUS; ++i )
        {
            map_batch(&batches[i], i, RACE_BATCH);
            take_handles(&batches[i], i);
        }
        race_meet();
        give_back(&batches[vcpu]);
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

    /* Each vCPU begins a list, which Xen never lets run out altogether. */
    for ( i = 0; i < VCPUS; ++i )
        smp_call(i, begin_list, NULL);
    nr = count_handles();
    if ( nr == NR_HANDLES )
        skip_case("More handles than needed: max_maptrack_frames is not 1");
    if ( !race(VCPUS, fn) )
        return;

    give_back(left);
    expect_range(count_handles(), nr, NR_HANDLES);
    for ( i = 0; i < VCPUS; ++i )
        expect_hex(gnttab_in_use(refs[i]), 0);
}

GNTTAB_CASE("handles: taken, passed on and given back: no two alike, none lost")
{
    race_for_handles(map_and_pass_on);
}

GNTTAB_CASE("handles: given back on all vCPUs at once, none is lost")
{
    race_for_handles(give_back_of_one);
}
