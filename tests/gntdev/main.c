/**
 * @file tests/gntdev/main.c
 * @ref test-gntdev
 *
 * @page test-gntdev Linux: /dev/xen/gntdev and /dev/xen/gntalloc
 *
 * Every ioctl of Linux's gntdev and gntalloc, tried in dom0 by a program (in
 * dom0/) on the grants of this domain, which confirms each effect from its own
 * side: the bytes, the entry's GTF_reading and GTF_writing, the event.
 * Toolstacks and backends in processes depend on these devices.
 *
 * This kernel does what the program asks for (requests.h), and has no cases of
 * its own; in the end no entry may be in use.  It needs dom0 to be Linux.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include "requests.h"

const char test_title[] = "Linux: /dev/xen/gntdev and /dev/xen/gntalloc";

#define DOM0 0

/* How long dom0's program may be silent. */
#define PATIENCE SECONDS(60)

static uint8_t pages[GNTDEV_PAGES][PAGE_SIZE] __page_aligned_bss;

static struct
{
    void *at;
    grant_handle_t handle;
    bool mapped;
} mappings[GNTDEV_PAGES];

static grant_ref_t refs[64];
static evtchn_port_t ports[16];
static unsigned int nr_refs, nr_ports;

/*
 * To prove that the cases notice: misbehave=<word> on the command line.
 *
 *     page      the next page is granted in place of the one that was asked for
 *     readonly  grants are read-only when writable was asked for, and reverse
 *     bytes     what fills a page is one more than was asked for
 *     free      entries are reported as not in use
 *     busy      entries are reported as in use
 *     event     no notification is reported
 *     events    a notification is always reported
 *     map       dom0's grants are not mapped, but reported so
 *     silent    no answer after the tenth request
 */
static char misbehaviour[16];

static bool misbehaves(const char *how)
{
    return !strcmp(misbehaviour, how);
}

static long grant(unsigned int page, bool readonly)
{
    int ref;

    if ( nr_refs == ARRAY_SIZE(refs) )
        return -ENOSPC;
    if ( misbehaves("page") )
        page = (page + 1) % GNTDEV_PAGES;
    if ( misbehaves("readonly") )
        readonly = !readonly;

    ref = gnttab_grant_access(DOM0, virt_to_gfn(pages[page]), readonly);
    if ( ref >= 0 )
        refs[nr_refs++] = ref;

    return ref;
}

static long revoke(grant_ref_t ref)
{
    unsigned int i;
    int rc = gnttab_end_access(ref);

    for ( i = 0; !rc && i < nr_refs; ++i )
        if ( refs[i] == ref )
            refs[i--] = refs[--nr_refs];

    return rc;
}

static long in_use(grant_ref_t ref)
{
    if ( misbehaves("free") )
        return 0;
    if ( misbehaves("busy") )
        return GTF_reading | GTF_writing;

    return gnttab_in_use(ref);
}

static long count(const uint8_t *page, uint8_t byte)
{
    unsigned int i, found = 0;

    for ( i = 0; i < PAGE_SIZE; ++i )
        found += ACCESS_ONCE(page[i]) == byte;

    return found;
}

static long port(void)
{
    long rc;

    if ( nr_ports == ARRAY_SIZE(ports) )
        return -ENOSPC;

    rc = evtchn_alloc_unbound(DOMID_SELF, DOM0);
    if ( rc >= 0 )
    {
        evtchn_mask(rc);
        evtchn_clear(rc);
        ports[nr_ports++] = rc;
    }

    return rc;
}

static long notified(evtchn_port_t port)
{
    bool pending = evtchn_is_pending(port);

    evtchn_clear(port);
    if ( misbehaves("event") || misbehaves("events") )
        return misbehaves("events");

    return pending;
}

static long unmap(unsigned int nr)
{
    struct gnttab_unmap_grant_ref op = {
        .host_addr = gnttab_host_addr(mappings[nr].at),
        .handle = mappings[nr].handle,
    };

    if ( misbehaves("map") )
        return GNTST_okay;
    if ( !mappings[nr].mapped )
        return GNTST_bad_handle;
    mappings[nr].mapped = false;

    return gnttab_unmap_refs(&op, 1) ?: op.status;
}

static long map(grant_ref_t ref, bool readonly, unsigned int nr)
{
    struct gnttab_map_grant_ref op = {
        .flags = GNTMAP_host_map | (readonly ? GNTMAP_readonly : 0),
        .ref = ref, .dom = DOM0,
    };
    long rc;

    if ( !mappings[nr].at )
        mappings[nr].at = gnttab_get_page();
    op.host_addr = gnttab_host_addr(mappings[nr].at);

    if ( misbehaves("map") )
        return GNTST_okay;
    if ( mappings[nr].mapped )
        return -EBUSY;
    rc = gnttab_map_refs(&op, 1) ?: op.status;
    mappings[nr].handle = op.handle;
    mappings[nr].mapped = !rc;

    return rc;
}

static long copy(grant_ref_t ref, void *to)
{
    struct gnttab_copy op = {
        .source = { .u.ref = ref, .domid = DOM0 },
        .dest = { .u.gmfn = virt_to_gfn(to), .domid = DOMID_SELF },
        .len = PAGE_SIZE, .flags = GNTCOPY_source_gref,
    };

    return hypercall_grant_table_op(GNTTABOP_copy, &op, 1) ?: op.status;
}

static long reset(void)
{
    unsigned int i, busy = 0;

    while ( nr_ports )
        hypercall_evtchn_close(ports[--nr_ports]);

    for ( i = 0; i < GNTDEV_PAGES; ++i )
        unmap(i);

    for ( i = nr_refs; i-- > 0; )
        if ( gnttab_end_access(refs[i]) )
            busy++;
        else
            refs[i] = refs[--nr_refs];

    return busy;
}

static long serve(unsigned int what, long a, long b, long c)
{
    uint8_t *page = pages[(unsigned long)a % GNTDEV_PAGES];
    unsigned int nr = (unsigned long)a % GNTDEV_PAGES;
    uint8_t *mapped = mappings[nr].at;

    switch ( what )
    {
    case REQ_RESET:
        return reset();

    case REQ_GRANT:
        return grant(a, b);

    case REQ_REVOKE:
        return revoke(a);

    case REQ_IN_USE:
        return in_use(a);

    case REQ_FILL:
        memset(page, misbehaves("bytes") ? b + 1 : b, PAGE_SIZE);
        return 0;

    case REQ_COUNT:
        return count(page, b);

    case REQ_PEEK:
        return ACCESS_ONCE(page[b]);

    case REQ_POKE:
        ACCESS_ONCE(page[b]) = c;
        return 0;

    case REQ_PORT:
        return port();

    case REQ_NOTIFIED:
        return notified(a);

    case REQ_MAP:
        return map(a, b, (unsigned long)c % GNTDEV_PAGES);

    case REQ_UNMAP:
        return unmap(nr);

    case REQ_MAP_PEEK:
    case REQ_MAP_POKE:
        if ( !mappings[nr].mapped )
            return 0;
        if ( what == REQ_MAP_PEEK )
            return ACCESS_ONCE(mapped[b]);
        ACCESS_ONCE(mapped[b]) = c;
        return 0;

    case REQ_COPY:
        return copy(a, pages[(unsigned long)b % GNTDEV_PAGES]);
    }

    return -ENOSYS;
}

/* The next number of a text, which *pos is moved behind. */
static long number(const char **pos)
{
    long value = 0;
    bool negative;

    while ( **pos == ' ' )
        ++*pos;
    negative = **pos == '-';
    *pos += negative;
    while ( **pos >= '0' && **pos <= '9' )
        value = value * 10 + *(*pos)++ - '0';

    return negative ? -value : value;
}

/* Requests until the last one; false if dom0 becomes silent. */
static bool serve_all(evtchn_port_t bell)
{
    uint64_t heard = time_now();
    long last = 0;
    char answer[32];

    while ( time_now() - heard < PATIENCE )
    {
        const char *text = xenstore_read(GNTDEV_REQ);
        long nr = text ? number(&text) : 0, what, a, b, c;

        if ( nr <= last )
        {
            evtchn_wait(bell, MILLISECONDS(100));
            evtchn_clear(bell);
            continue;
        }

        last = nr;
        what = number(&text);
        a = number(&text);
        b = number(&text);
        c = number(&text);
        if ( misbehaves("silent") && nr > 10 )
            return false;

        snprintf(answer, sizeof(answer), "%ld %ld", nr,
                 what == REQ_END ? 0 : serve(what, a, b, c));
        if ( !xenstore_write(GNTDEV_ANSWER, answer) )
            panic("xenstored refuses %s\n", GNTDEV_ANSWER);
        hypercall_evtchn_send(bell);
        if ( what == REQ_END )
            return true;
        heard = time_now();
    }

    return false;
}

void test_main(void)
{
    unsigned int busy;
    char text[16];
    long bell;

    if ( xtf_get_domid() == 0 )
        return xtf_skip("Skip: needs a dom0 of Linux beside this domain:"
                        " host box or xl\n");
    if ( xenstore_init() )
        return xtf_skip("Skip: needs xenstore\n");
    if ( xtf_init_grant_table(1) )
        return xtf_error("Error: xtf_init_grant_table(1) failed\n");
    cmdline_value("misbehave", misbehaviour, sizeof(misbehaviour));

    bell = evtchn_alloc_unbound(DOMID_SELF, DOM0);
    if ( bell < 0 )
        return xtf_error("Error: alloc_unbound returned %ld\n", bell);
    evtchn_mask(bell);
    snprintf(text, sizeof(text), "%ld", bell);
    if ( !xenstore_write(GNTDEV_PORT, text) )
        return xtf_error("Error: xenstored refuses %s\n", GNTDEV_PORT);
    if ( !serve_all(bell) )
        return xtf_error("Error: no request of dom0's program within %u s\n",
                         (unsigned int)(PATIENCE / SECONDS(1)));

    busy = reset();
    if ( busy )
        return xtf_failure("Failure: %u grant entries are in use after dom0's"
                           " program has ended its use of them\n", busy);

    xtf_success(NULL);
}
