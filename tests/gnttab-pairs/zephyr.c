/*
 * What a driver for Zephyr does to share a page with another domain, by that
 * system's names of the calls.  It includes nothing else.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/grant_table.h>

#include "zephyr.h"

int frontend_share(unsigned int backend, void *page)
{
    return gnttab_grant_access(backend, virt_to_gfn(page), false);
}

int frontend_end(int ref)
{
    return gnttab_end_access(ref);
}

int frontend_alloc(void **page)
{
    return gnttab_alloc_and_grant(page, true);
}

int backend_map(struct backend *backend, unsigned int frontend,
                const unsigned int *refs, unsigned int nr)
{
    unsigned int i;
    int rc;

    for ( i = 0; i < nr; ++i )
    {
        backend->page[i] = gnttab_get_page();
        if ( !backend->page[i] )
            return -1;
        backend->map[i] = (struct gnttab_map_grant_ref){
            .host_addr = gnttab_host_addr(backend->page[i]),
            .flags = GNTMAP_host_map, .ref = refs[i], .dom = frontend,
        };
    }

    rc = gnttab_map_refs(backend->map, nr);
    for ( i = 0; !rc && i < nr; ++i )
        if ( backend->map[i].status != GNTST_okay )
        {
            backend->error = gnttabop_error(backend->map[i].status);
            rc = backend->map[i].status;
        }

    return rc;
}

int backend_unmap(struct backend *backend, unsigned int nr)
{
    struct gnttab_unmap_grant_ref unmap[BACKEND_PAGES];
    unsigned int i;
    int rc;

    for ( i = 0; i < nr; ++i )
        unmap[i] = (struct gnttab_unmap_grant_ref){
            .host_addr = backend->map[i].host_addr,
            .handle = backend->map[i].handle,
        };

    rc = gnttab_unmap_refs(unmap, nr);
    for ( i = 0; i < nr; ++i )
    {
        if ( !rc && unmap[i].status != GNTST_okay )
            rc = unmap[i].status;
        gnttab_put_page(backend->page[i]);
    }

    return rc;
}
