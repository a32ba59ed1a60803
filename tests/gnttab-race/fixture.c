/*
 * Operations on this domain's grants that can run on any vCPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fixture.h"

int only_byte(const void *page)
{
    const uint8_t *bytes = page;
    unsigned int i;

    for ( i = 1; i < PAGE_SIZE; ++i )
        if ( bytes[i] != bytes[0] )
            return -1;

    return bytes[0];
}

static int status_of(long rc, int status)
{
    race_check(rc == 0, "grant_table_op returned %ld, expected 0", rc);

    return status;
}

int race_map(struct gnttab_map_grant_ref *op)
{
    long rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, op, 1);

    return status_of(rc, op->status);
}

int race_unmap(const struct gnttab_map_grant_ref *map)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(map);
    long rc = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1);

    return status_of(rc, op.status);
}

void race_unmap_all(const struct gnttab_map_grant_ref *maps, unsigned int nr)
{
    struct gnttab_unmap_grant_ref ops[RACE_BATCH];
    unsigned int i, nr_ops = 0;
    long rc;

    for ( i = 0; i < nr; ++i )
    {
        if ( maps[i].status == GNTST_okay )
            ops[nr_ops++] = gnt_unmap_op(&maps[i]);
        if ( nr_ops < RACE_BATCH && i < nr - 1 )
            continue;

        rc = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, ops, nr_ops);
        race_check(rc == 0, "unmap_grant_ref returned %ld, expected 0", rc);
        while ( nr_ops-- )
            race_check(ops[nr_ops].status == GNTST_okay,
                       "unmap_grant_ref on vCPU %u of handle %u is %s, "
                       "expected GNTST_okay", this_vcpu(), ops[nr_ops].handle,
                       gntst_strerror(ops[nr_ops].status));
        nr_ops = 0;
    }
}

int race_copy_from(grant_ref_t ref, void *to)
{
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(to), .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_source_gref,
        .status = GNT_UNTOUCHED,
    };
    long rc = hypercall_grant_table_op(GNTTABOP_copy, &op, 1);

    return status_of(rc, op.status);
}

int race_copy_to(grant_ref_t ref, void *from)
{
    struct gnttab_copy op = {
        .source = { .u.gmfn = virt_to_gfn(from), .domid = DOMID_SELF },
        .dest = { .u.ref = ref, .domid = DOMID_SELF },
        .len = PAGE_SIZE,
        .flags = GNTCOPY_dest_gref,
        .status = GNT_UNTOUCHED,
    };
    long rc = hypercall_grant_table_op(GNTTABOP_copy, &op, 1);

    return status_of(rc, op.status);
}
