/*
 * Common ground of cases about grants.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/harness/gnttab_case.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/harness/needs.h>
#include <xtf/core/releases.h>
#include <xtf/traps.h>
#include <xtf/mm/page.h>

#include <arch/irqflags.h>
#include <arch/mm.h>

#define MAX_TRACKED 1024

uint8_t gnt_page[GNT_PAGES][PAGE_SIZE] __page_aligned_bss;
static uint8_t patterns[GNT_PAGES][PAGE_SIZE];

/* Mappings, references and address space to release when the case ends. */
static struct gnttab_map_grant_ref maps[MAX_TRACKED];
static grant_ref_t refs[MAX_TRACKED];
static void *places[64];
static unsigned int nr_maps, nr_refs, nr_places;

uint8_t gnt_pattern_byte(unsigned int nr, unsigned int off)
{
    return off * 7 + (off >> 8) * 3 + nr * 41 + 1;
}

const uint8_t *gnt_pattern(unsigned int nr)
{
    unsigned int off;

    /* No pattern starts with a 0. */
    if ( !patterns[nr][0] )
        for ( off = 0; off < PAGE_SIZE; ++off )
            patterns[nr][off] = gnt_pattern_byte(nr, off);

    return patterns[nr];
}

domid_t gnt_self(void)
{
    static int self = -1;

    if ( self < 0 )
        self = xtf_get_domid();
    if ( self < 0 )
        panic("This domain's ID cannot be found out\n");

    return self;
}

const uint8_t *gnt_granted(grant_ref_t ref)
{
#ifdef CONFIG_PV
    return mfn_to_virt(gnttab_version() == 1 ? gnttab_v1[ref].frame
                                             : gnttab_v2[ref].full_page.frame);
#else
    static uint8_t view[PAGE_SIZE] __page_aligned_bss;
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(view), .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_source_gref,
    };
    int status = gnt_copy(&op);

    xtf_expect_msg(XTF_HERE, status == GNTST_okay,
                   "reference %u cannot be read by GNTTABOP_copy: %s",
                   ref, gntst_strerror(status));

    return view;
#endif
}

void gnt_unmap_all(void)
{
    while ( nr_maps )
    {
        const struct gnttab_map_grant_ref map = maps[nr_maps - 1];
        int status = gnt_undo(&map);

        /* gnt_undo() lets go of what it unmapped. */
        if ( !xtf_expect_msg(XTF_HERE, status == GNTST_okay,
                             "handle %u of reference %u cannot be unmapped: %s",
                             map.handle, map.ref, gntst_strerror(status)) )
            gnt_forget(map.handle);
    }
}

/* Of a case that was skipped in its midst, that is no news. */
static void expect_no_leak(bool ok, const char *what, unsigned int nr)
{
    if ( !xtf_case_skipped() )
        xtf_expect_msg(XTF_HERE, ok, what, nr);
}

static void revoke_all(void)
{
    for ( ; nr_refs; --nr_refs )
    {
        grant_ref_t ref = refs[nr_refs - 1];

        expect_no_leak(gnttab_end_access(ref) == 0,
                       "reference %u is in use, and nothing maps it", ref);
    }
}

#ifdef CONFIG_PV
/*
 * Give a page another frame, so that what refers to the one that it had is no
 * fault of the next case.  That frame counts as the domain's as long, which may
 * have no more, so another page makes up for it.
 */
static void renew_page(void *va)
{
    static uint8_t spare[8][PAGE_SIZE] __page_aligned_bss;
    static unsigned int nr_spare = ARRAY_SIZE(spare);

    if ( !nr_spare )
        return;

    if ( page_release(spare[--nr_spare]) || page_release(va) ||
         page_populate(va) )
        panic("A page that is referenced cannot be replaced\n");
}
#else
static void renew_page(void *va)
{
}
#endif

static void end(void *unused)
{
    unsigned int i;

    gnt_unmap_all();

    for ( ; nr_places; --nr_places )
        gnttab_put_page(places[nr_places - 1]);

    /* The references may be of another version's table by now. */
    for ( i = nr_refs; i-- > 0; )
        if ( refs[i] >= gnttab_nr_entries() )
            refs[i] = refs[--nr_refs];
    revoke_all();

    for ( i = 0; i < GNT_PAGES; ++i )
    {
        bool ok = gnt_unreferenced(gnt_page[i]);

        expect_no_leak(ok, "gnt_page[%u] is still referenced, and nothing maps"
                       " it", i);
        if ( !ok )
            renew_page(gnt_page[i]);
    }
}

bool gnt_begin(unsigned int version)
{
    unsigned int i;
    int rc;

    if ( !gnttab_offered() )
    {
        xtf_case_skip("needs " NEEDS_GNTTAB);
        return false;
    }

    rc = xtf_init_grant_table(version);
    if ( rc == -ENODEV )
    {
        xtf_case_skip("needs " NEEDS_GNTTAB_V2);
        return false;
    }
    if ( rc )
    {
        xtf_case_error(XTF_HERE, "xtf_init_grant_table(%u) returns %d",
                       version, rc);
        return false;
    }

    for ( i = 0; i < GNT_PAGES; ++i )
    {
        /* An HVM guest's page is lost by mapping it. */
        if ( !gnt_present(gnt_page[i]) && page_restore(gnt_page[i]) )
        {
            xtf_case_error(XTF_HERE,
                           "gnt_page[%u] cannot be populated: no memory", i);
            return false;
        }
        memcpy(gnt_page[i], gnt_pattern(i), PAGE_SIZE);
    }

    xtf_case_cleanup(end, NULL);

    return true;
}

grant_ref_t gnt_ref(void)
{
    int ref = gnttab_alloc_ref();

    ASSERT(ref >= 0 && nr_refs < MAX_TRACKED);

    return refs[nr_refs++] = ref;
}

grant_ref_t gnt_grant(const void *va, unsigned int flags)
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, gnt_self(), virt_to_gfn(va), GTF_permit_access | flags);

    return ref;
}

void *gnt_at(void)
{
    void *place = gnttab_get_page();

    ASSERT(place && nr_places < ARRAY_SIZE(places));

    return places[nr_places++] = place;
}

struct gnttab_map_grant_ref gnt_map_op(grant_ref_t ref, uint32_t flags,
                                       const void *at)
{
    return (struct gnttab_map_grant_ref) {
        .host_addr = gnttab_host_addr(at),
        .flags = flags,
        .ref = ref,
        .dom = gnt_self(),
        .status = GNT_UNTOUCHED,
        .handle = GNT_UNTOUCHED,
        .dev_bus_addr = GNT_UNTOUCHED,
    };
}

struct gnttab_unmap_grant_ref gnt_unmap_op(
    const struct gnttab_map_grant_ref *map)
{
    return (struct gnttab_unmap_grant_ref) {
        .host_addr = map->flags & GNTMAP_host_map ? map->host_addr : 0,
        .dev_bus_addr = map->flags & GNTMAP_device_map ? map->dev_bus_addr : 0,
        .handle = map->handle,
        .status = GNT_UNTOUCHED,
    };
}

static struct gnttab_map_grant_ref *find_map(grant_handle_t handle)
{
    unsigned int i;

    for ( i = nr_maps; i-- > 0; )
        if ( maps[i].handle == handle )
            return &maps[i];

    return NULL;
}

void gnt_forget(grant_handle_t handle)
{
    struct gnttab_map_grant_ref *map = find_map(handle);

    if ( map )
        *map = maps[--nr_maps];
}

int gnt_map_batch(struct gnttab_map_grant_ref *ops, unsigned int nr)
{
    int rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, ops, nr);
    unsigned int i;

    for ( i = 0; i < nr; ++i )
        if ( ops[i].status == GNTST_okay )
        {
            ASSERT(nr_maps < MAX_TRACKED);
            maps[nr_maps++] = ops[i];
        }

    return rc;
}

/* What an unmap operation that succeeded leaves of the mapping. */
static void note_unmap(const struct gnttab_unmap_grant_ref *op)
{
    struct gnttab_map_grant_ref *map = find_map(op->handle);

    if ( !map )
        return;

    if ( op->host_addr )
        map->flags &= ~GNTMAP_host_map;
    if ( op->dev_bus_addr )
        map->flags &= ~GNTMAP_device_map;
    if ( !(map->flags & (GNTMAP_host_map | GNTMAP_device_map)) )
        gnt_forget(op->handle);
}

int gnt_unmap_batch(struct gnttab_unmap_grant_ref *ops, unsigned int nr)
{
    int rc = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, ops, nr);
    unsigned int i;

    for ( i = 0; i < nr; ++i )
        if ( ops[i].status == GNTST_okay )
            note_unmap(&ops[i]);

    return rc;
}

/* A single element's hypercall has no reason to fail as a whole. */
static int status_of(const char *what, int rc, int status)
{
    xtf_expect_msg(XTF_HERE, rc == 0,
                   "GNTTABOP_%s returns %d, expected 0", what, rc);

    return status;
}

int gnt_map(struct gnttab_map_grant_ref *op)
{
    int rc = gnt_map_batch(op, 1);

    return status_of("map_grant_ref", rc, op->status);
}

int gnt_unmap(struct gnttab_unmap_grant_ref *op)
{
    int rc = gnt_unmap_batch(op, 1);

    return status_of("unmap_grant_ref", rc, op->status);
}

int gnt_copy(struct gnttab_copy *op)
{
    int rc;

    op->status = GNT_UNTOUCHED;
    rc = hypercall_grant_table_op(GNTTABOP_copy, op, 1);

    return status_of("copy", rc, op->status);
}

int gnt_undo(const struct gnttab_map_grant_ref *map)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(map);

    return gnt_unmap(&op);
}

long gnt_op_preempted(unsigned int cmd, void *ops, unsigned int count)
{
    bool enabled = local_irq_enabled();
    long rc;

    local_irq_enable();
    ACCESS_ONCE(shared_info.vcpu_info[0].evtchn_upcall_pending) = 1;
    rc = hypercall_grant_table_op(cmd, ops, count);
    if ( !enabled )
        local_irq_disable();

    return rc;
}

bool gnt_maptrack_limited(void)
{
    return xtf_xen_cmdline("gnttab_max_maptrack_frames=");
}

#ifdef CONFIG_PV
bool gnt_has_transfer(void)
{
    struct gnttab_transfer op = { .mfn = ~0ul };

    return hypercall_grant_table_op(GNTTABOP_transfer, &op, 1) != -EOPNOTSUPP;
}

bool gnt_has_cache_flush(void)
{
    return !xen_has(XEN_NO_CACHE_FLUSH) ||
        hypercall_grant_table_op(GNTTABOP_cache_flush, NULL, 0) != -ENOSYS;
}
#endif
