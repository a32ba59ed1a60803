/*
 * Numbers of the ABI by their names, for messages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/case.h>
#include <xtf/lib.h>

#include <xen/errno.h>
#include <xen/grant_table.h>

#define N(x) { x, #x }

struct name
{
    int val;
    const char *name;
};

#define ERRNO(e) { e, #e },
static const struct name errnos[] = { XEN_ERRNO_LIST(ERRNO) };

static const struct name statuses[] = {
    N(GNTST_okay), N(GNTST_general_error), N(GNTST_bad_domain),
    N(GNTST_bad_gntref), N(GNTST_bad_handle), N(GNTST_bad_virt_addr),
    N(GNTST_bad_dev_addr), N(GNTST_no_device_space),
    N(GNTST_permission_denied), N(GNTST_bad_page), N(GNTST_bad_copy_arg),
    N(GNTST_address_too_big), N(GNTST_eagain), N(GNTST_no_space),
};

static const char *find(const struct name *tbl, size_t nr, long long val)
{
    for ( ; nr--; tbl++ )
        if ( tbl->val == val )
            return tbl->name;

    return NULL;
}

bool name_errno(char *buf, size_t size, long long val)
{
    const char *name = val < 0 ? find(errnos, ARRAY_SIZE(errnos), -val) : NULL;

    if ( name )
        snprintf(buf, size, "-%s (%lld)", name, val);

    return name;
}

bool name_gntst(char *buf, size_t size, long long val)
{
    const char *name = find(statuses, ARRAY_SIZE(statuses), val);

    if ( name )
        snprintf(buf, size, "%s (%lld)", name, val);

    return name;
}

bool name_exinfo(char *buf, size_t size, long long val)
{
    snprintf(buf, size, "%pe", _p(val));

    return true;
}

bool name_bool(char *buf, size_t size, long long val)
{
    snprintf(buf, size, "%s", val ? "true" : "false");

    return true;
}

bool name_hex(char *buf, size_t size, long long val)
{
    snprintf(buf, size, "%#llx", val);

    return true;
}
