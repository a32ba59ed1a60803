/*
 * Common ground of cases about grants between roles.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/lib.h>

#include "fixture.h"

bool pairs_begin(unsigned int versions)
{
    unsigned int version = versions < 10 ? versions :
        role_is(GRANTER) ? versions / 10 : versions % 10;

    return roles_join() &&
        roles_begin_with(gnt_begin, version, gnt_unmap_all);
}

grant_ref_t grant_to(unsigned int role, const void *va, unsigned int flags)
{
    grant_ref_t ref = gnt_ref();

    gnttab_publish(ref, role_domid(role), virt_to_gfn(va),
                   GTF_permit_access | flags);

    return ref;
}

struct gnttab_map_grant_ref map_of(unsigned int role, uint64_t ref,
                                   uint32_t flags, const void *at)
{
    struct gnttab_map_grant_ref op = gnt_map_op(ref, flags, at);

    op.dom = role_domid(role);

    return op;
}

struct gnttab_copy copy_from(unsigned int role, uint64_t ref, unsigned int off,
                             void *to, unsigned int len)
{
    return (struct gnttab_copy){
        .source = { .u.ref = ref, .domid = role_domid(role), .offset = off },
        .dest = { .u.gmfn = virt_to_gfn(to), .domid = DOMID_SELF,
                  .offset = off },
        .len = len, .flags = GNTCOPY_source_gref,
    };
}

struct gnttab_copy copy_to(unsigned int role, uint64_t ref, unsigned int off,
                           const void *from, unsigned int len)
{
    return (struct gnttab_copy){
        .source = { .u.gmfn = virt_to_gfn(from), .domid = DOMID_SELF,
                    .offset = off },
        .dest = { .u.ref = ref, .domid = role_domid(role), .offset = off },
        .len = len, .flags = GNTCOPY_dest_gref,
    };
}
