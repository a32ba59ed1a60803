/*
 * Granting pages and mapping grants, by the names of Zephyr's driver.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/grant_table.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>

/* How often a batch is gone through again for the sake of GNTST_eagain. */
#define MAX_RETRIES 8

#define NR_MAP_PAGES   48
#define NR_GRANT_PAGES 16

static uint8_t map_pages[NR_MAP_PAGES][PAGE_SIZE] __page_aligned_bss;
static uint8_t grant_pages[NR_GRANT_PAGES][PAGE_SIZE] __page_aligned_bss;

static struct
{
    bool taken, vacated;
} map_page_state[NR_MAP_PAGES];
static unsigned int nr_granted_pages;

int gnttab_grant_access(domid_t domid, unsigned long gfn, bool readonly)
{
    int ref = gnttab_alloc_ref();

    if ( ref >= 0 )
        gnttab_publish(ref, domid, gfn,
                       GTF_permit_access | (readonly ? GTF_readonly : 0));

    return ref;
}

int gnttab_end_access(grant_ref_t ref)
{
    int rc = gnttab_revoke(ref);

    if ( !rc )
        gnttab_free_ref(ref);

    return rc;
}

int gnttab_alloc_and_grant(void **page, bool readonly)
{
    int ref;

    if ( nr_granted_pages == NR_GRANT_PAGES )
        return -ENOMEM;

    ref = gnttab_grant_access(0, virt_to_gfn(grant_pages[nr_granted_pages]),
                              readonly);
    if ( ref >= 0 )
        *page = grant_pages[nr_granted_pages++];

    return ref;
}

void *gnttab_get_page(void)
{
    unsigned int i;

    for ( i = 0; i < NR_MAP_PAGES; ++i )
    {
        if ( map_page_state[i].taken )
            continue;

        /* A page that is free again is still vacated. */
        if ( !map_page_state[i].vacated && page_vacate(map_pages[i]) )
            return NULL;

        map_page_state[i].vacated = map_page_state[i].taken = true;
        return map_pages[i];
    }

    return NULL;
}

void gnttab_put_page(void *page)
{
    size_t i = ((uint8_t *)page - map_pages[0]) / PAGE_SIZE;

    ASSERT(i < NR_MAP_PAGES && map_page_state[i].taken);

    map_page_state[i].taken = false;
}

int gnttab_map_refs(struct gnttab_map_grant_ref *ops, unsigned int count)
{
    int rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, ops, count);
    unsigned int i, tries;

    for ( i = 0; !rc && i < count; ++i )
        for ( tries = 0; !rc && tries < MAX_RETRIES &&
                  ops[i].status == GNTST_eagain; ++tries )
        {
            hypercall_yield();
            rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, &ops[i], 1);
        }

    return rc;
}

int gnttab_unmap_refs(struct gnttab_unmap_grant_ref *ops, unsigned int count)
{
    return hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, ops, count);
}

static const struct
{
    const char *name, *text;
} statuses[] =
{
#define S(st, sentence) [-GNTST_ ## st] = { "GNTST_" #st, sentence }
    S(okay,              "Done"),
    S(general_error,     "Refused, or not possible now"),
    S(bad_domain,        "There is no such domain"),
    S(bad_gntref,        "The reference is beyond the grant table"),
    S(bad_handle,        "The handle is not one of a mapping"),
    S(bad_virt_addr,     "The address of the mapping is wrong"),
    S(bad_dev_addr,      "The device address of the mapping is wrong"),
    S(no_device_space,   "The IOMMU has no room left"),
    S(permission_denied, "Not allowed"),
    S(bad_page,          "The frame cannot be used so"),
    S(bad_copy_arg,      "The copy crosses the end of a page"),
    S(address_too_big,   "The receiver cannot take a frame this high"),
    S(eagain,            "The page or the entry is not ready; try again"),
    S(no_space,          "No handle is left"),
#undef S
};

static unsigned int status_index(int status)
{
    unsigned int i = -status;

    return i < ARRAY_SIZE(statuses) ? i : ARRAY_SIZE(statuses);
}

const char *gntst_strerror(int status)
{
    unsigned int i = status_index(status);

    return i < ARRAY_SIZE(statuses) ? statuses[i].name : "Unknown GNTST";
}

const char *gnttabop_error(int16_t status)
{
    unsigned int i = status_index(status);

    return i < ARRAY_SIZE(statuses) ? statuses[i].text
                                    : "Not a status of grant operations";
}
