/*
 * The grant table: where it is, its size and version, and its entries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/bitops.h>
#include <xtf/grant_table.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>
#include <arch/pagetable.h>

uint8_t gnttab_raw[GNTTAB_MAX_FRAMES * PAGE_SIZE] __page_aligned_bss;
extern grant_entry_v1_t gnttab_v1[] __alias("gnttab_raw");
extern grant_entry_v2_t gnttab_v2[] __alias("gnttab_raw");

uint16_t gnttab_status[GNTTAB_MAX_STATUS_FRAMES * GNTTAB_STATUS_PER_PAGE]
    __page_aligned_bss;

#define MAX_REFS (GNTTAB_MAX_FRAMES * GNTTAB_V1_PER_PAGE)

static unsigned int version, nr_frames, nr_status_frames, max_frames;

/* A set bit: the reference is taken. All below first_free are. */
static unsigned long taken[MAX_REFS / BITS_PER_LONG];
static unsigned int first_free;

#ifdef CONFIG_PV
static int map_frame(void *va, uint64_t mfn)
{
    return set_l1e(va, pte_from_gfn(mfn, PF_SYM(AD, RW, P)));
}

static int map_table(unsigned int nr)
{
    unsigned long frames[GNTTAB_MAX_FRAMES];
    struct gnttab_setup_table op = {
        .dom = DOMID_SELF, .nr_frames = nr, .frame_list = frames,
    };
    int rc = hypercall_grant_table_op(GNTTABOP_setup_table, &op, 1);

    if ( rc || op.status )
        return rc ?: -ENOSPC;

    for ( ; !rc && nr_frames < nr; nr_frames += !rc )
        rc = map_frame(&gnttab_raw[nr_frames * PAGE_SIZE], frames[nr_frames]);

    return rc;
}

static int map_status(unsigned int nr)
{
    uint64_t frames[GNTTAB_MAX_STATUS_FRAMES];
    struct gnttab_get_status_frames op = {
        .dom = DOMID_SELF, .nr_frames = nr, .frame_list = frames,
    };
    int rc = hypercall_grant_table_op(GNTTABOP_get_status_frames, &op, 1);

    if ( rc || op.status )
        return rc ?: -ENOSPC;

    for ( ; !rc && nr_status_frames < nr; nr_status_frames += !rc )
        rc = map_frame(
            &gnttab_status[nr_status_frames * GNTTAB_STATUS_PER_PAGE],
            frames[nr_status_frames]);

    return rc;
}

/* Xen keeps version 2 as long as a PV guest maps the status frames. */
static int unmap_status(void)
{
    int rc = 0;

    for ( ; !rc && nr_status_frames; nr_status_frames -= !rc )
        rc = page_restore(
            &gnttab_status[(nr_status_frames - 1) * GNTTAB_STATUS_PER_PAGE]);

    return rc;
}
#else
static int place(void *va, unsigned long idx)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_grant_table,
        .idx = idx,
        .gpfn = virt_to_gfn(va),
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

static int map_table(unsigned int nr)
{
    int rc = 0;

    for ( ; !rc && nr_frames < nr; nr_frames += !rc )
        rc = place(&gnttab_raw[nr_frames * PAGE_SIZE], nr_frames);

    return rc;
}

static int map_status(unsigned int nr)
{
    int rc = 0;

    for ( ; !rc && nr_status_frames < nr; nr_status_frames += !rc )
        rc = place(&gnttab_status[nr_status_frames * GNTTAB_STATUS_PER_PAGE],
                   nr_status_frames | XENMAPIDX_grant_table_status);

    return rc;
}

/* Xen takes the status frames away by itself. */
static int unmap_status(void)
{
    nr_status_frames = 0;

    return 0;
}
#endif

static unsigned int entries_in(unsigned int frames)
{
    return frames *
        (version == 1 ? GNTTAB_V1_PER_PAGE : GNTTAB_V2_PER_PAGE);
}

static int map_all(unsigned int nr)
{
    int rc = map_table(nr);

    if ( !rc && version == 2 )
        rc = map_status(ROUNDUP(entries_in(nr), GNTTAB_STATUS_PER_PAGE) /
                        GNTTAB_STATUS_PER_PAGE);

    return rc;
}

static int query_size(unsigned int *nr)
{
    struct gnttab_query_size op = { .dom = DOMID_SELF };
    int rc = hypercall_grant_table_op(GNTTABOP_query_size, &op, 1);

    if ( rc || op.status )
        return rc ?: -EINVAL;

    *nr = min(op.nr_frames, (uint32_t)GNTTAB_MAX_FRAMES);
    max_frames = min(op.max_nr_frames, (uint32_t)GNTTAB_MAX_FRAMES);

    return 0;
}

/* Xen accepts the current version even while entries are in use. */
static int set_version(unsigned int to)
{
    struct gnttab_set_version op = { .version = to };
    int rc;

    /* A table is of version 1 from the start, and stays so on some hosts. */
    if ( !version && to == 1 )
    {
        struct gnttab_get_version get = { .dom = DOMID_SELF };

        if ( hypercall_grant_table_op(GNTTABOP_get_version, &get, 1) ||
             get.version == 1 )
            return 0;
    }

    rc = hypercall_grant_table_op(GNTTABOP_set_version, &op, 1);

    return rc == -ENOSYS ? -ENODEV : rc;
}

bool gnttab_offered(void)
{
    return hypercall_grant_table_op(GNTTABOP_query_size, NULL, 0) != -ENOSYS ||
        hypercall_grant_table_op(GNTTABOP_copy, NULL, 0) != -ENOSYS;
}

int xtf_init_grant_table(unsigned int to)
{
    unsigned int nr;
    int rc;

    if ( to == version )
        return 0;

    if ( version == 2 )
    {
        rc = unmap_status();
        if ( rc )
            return rc;
    }

    rc = set_version(to);
    if ( rc )
    {
        if ( version )
            map_all(nr_frames);
        return rc;
    }

    version = to;
    memset(taken, 0, sizeof(taken));
    first_free = GNTTAB_NR_RESERVED_ENTRIES;

    rc = query_size(&nr);

    return rc ?: map_all(nr);
}

unsigned int gnttab_version(void)
{
    return version;
}

unsigned int gnttab_nr_frames(void)
{
    return nr_frames;
}

unsigned int gnttab_max_frames(void)
{
    return max_frames;
}

unsigned int gnttab_nr_entries(void)
{
    return entries_in(nr_frames);
}

int gnttab_grow(unsigned int nr)
{
    return nr <= nr_frames ? 0 : nr > max_frames ? -ENOSPC : map_all(nr);
}

int gnttab_alloc_ref(void)
{
    while ( first_free < gnttab_nr_entries() || !gnttab_grow(nr_frames + 1) )
    {
        unsigned int ref = first_free++;

        if ( !test_and_set_bit(ref, taken) )
            return ref;
    }

    return -ENOSPC;
}

void gnttab_free_ref(grant_ref_t ref)
{
    ASSERT(ref >= GNTTAB_NR_RESERVED_ENTRIES && ref < MAX_REFS);

    clear_bit(ref, taken);
    first_free = min(first_free, ref);
}

/* The two halves that a version 1 entry and a version 2 header start with. */
union header
{
    grant_entry_header_t fields;
    uint32_t raw;
};

static grant_entry_header_t *header_of(grant_ref_t ref)
{
    return version == 1 ? (grant_entry_header_t *)&gnttab_v1[ref]
                        : &gnttab_v2[ref].hdr;
}

static void publish_header(grant_ref_t ref, domid_t domid, unsigned int flags)
{
    grant_entry_header_t *hdr = header_of(ref);

    ACCESS_ONCE(hdr->domid) = domid;
    smp_wmb();
    ACCESS_ONCE(hdr->flags) = flags;
}

void gnttab_publish(grant_ref_t ref, domid_t domid, unsigned long frame,
                    unsigned int flags)
{
    if ( version == 1 )
        gnttab_v1[ref].frame = frame;
    else
        gnttab_v2[ref].full_page.frame = frame;

    publish_header(ref, domid, flags);
}

void gnttab_publish_sub_page(grant_ref_t ref, domid_t domid,
                             unsigned long frame, unsigned int flags,
                             uint16_t off, uint16_t len)
{
    gnttab_v2[ref].sub_page.page_off = off;
    gnttab_v2[ref].sub_page.length = len;
    gnttab_v2[ref].sub_page.frame = frame;
    publish_header(ref, domid, flags | GTF_permit_access | GTF_sub_page);
}

void gnttab_publish_transitive(grant_ref_t ref, domid_t domid,
                               unsigned int flags, domid_t trans_domid,
                               grant_ref_t trans_ref)
{
    gnttab_v2[ref].transitive.trans_domid = trans_domid;
    gnttab_v2[ref].transitive.gref = trans_ref;
    publish_header(ref, domid, flags | GTF_transitive);
}

unsigned int gnttab_in_use(grant_ref_t ref)
{
    uint16_t word = version == 1 ? ACCESS_ONCE(gnttab_v1[ref].flags)
                                 : ACCESS_ONCE(gnttab_status[ref]);

    return word & (GTF_reading | GTF_writing);
}

static int revoke_v1(grant_ref_t ref)
{
    uint32_t *word = (uint32_t *)header_of(ref);
    union header old = { .raw = ACCESS_ONCE(*word) };

    /* Xen sets its bits in the same word, so nothing can slip in between. */
    for ( ; ; )
    {
        union header new = old;
        uint32_t seen;

        if ( old.fields.flags & (GTF_reading | GTF_writing) )
            return -EBUSY;

        new.fields.flags = 0;
        seen = cmpxchg(word, old.raw, new.raw);
        if ( seen == old.raw )
            return 0;

        old.raw = seen;
    }
}

static int revoke_v2(grant_ref_t ref)
{
    grant_entry_header_t *hdr = header_of(ref);
    uint16_t flags = hdr->flags;

    if ( gnttab_in_use(ref) )
        return -EBUSY;

    /*
     * Xen sets the status, then looks at the flags again; this does the
     * reverse, so one of the two sees the other.
     */
    ACCESS_ONCE(hdr->flags) = 0;
    smp_mb();
    if ( gnttab_in_use(ref) )
    {
        ACCESS_ONCE(hdr->flags) = flags;
        return -EBUSY;
    }

    return 0;
}

int gnttab_revoke(grant_ref_t ref)
{
    /* Of a transfer, the bits of these values mean something else. */
    if ( (header_of(ref)->flags & GTF_type_mask) == GTF_accept_transfer )
    {
        ACCESS_ONCE(header_of(ref)->flags) = 0;
        return 0;
    }

    return version == 1 ? revoke_v1(ref) : revoke_v2(ref);
}
