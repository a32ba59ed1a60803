/*
 * Both ends of a driver that is written against Zephyr's names: see zephyr.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_PAIRS_ZEPHYR_H
#define GNTTAB_PAIRS_ZEPHYR_H

#include <xtf/grant_table.h>

#define BACKEND_PAGES 4

struct backend
{
    void *page[BACKEND_PAGES];
    struct gnttab_map_grant_ref map[BACKEND_PAGES];
    const char *error;
};

/** Share a page with the backend's domain; end that; share one with dom0. */
int frontend_share(unsigned int backend, void *page);
int frontend_end(int ref);
int frontend_alloc(void **page);

/** Map the frontend's pages, and unmap them.  @return 0 or what went wrong. */
int backend_map(struct backend *backend, unsigned int frontend,
                const unsigned int *refs, unsigned int nr);
int backend_unmap(struct backend *backend, unsigned int nr);

#endif /* GNTTAB_PAIRS_ZEPHYR_H */
