/**
 * @file tests/argo-permission/main.c
 * @ref test-argo-permission
 *
 * @page test-argo-permission Argo: wildcard rings without mac-permissive
 *
 * Without mac-permissive on Xen's command line, register_ring of a wildcard
 * ring (partner XEN_ARGO_DOMID_ANY) is -EPERM and leaves no ring, while
 * single-partner rings work.
 *
 * A wildcard ring takes messages from every domain of the host, so the
 * administrator must have allowed it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>

const char test_title[] = "Argo: wildcard rings without mac-permissive";

#define PORT    0x7e57ed
#define LEN     1024

static uint8_t frames[1][PAGE_SIZE] __page_aligned_bss;
static uint8_t others[1][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring ring, other;

/*
 * True if Xen's command line, where the domain may read it, does not allow
 * wildcard rings.  The last of several options counts.
 */
static bool wildcard_forbidden(void)
{
    const char *last = xtf_xen_cmdline("mac-permissive");

    if ( !xtf_xen_cmdline("argo=") )
        return false;
    if ( !last )
        return true;
    if ( last > xtf_xen_cmdline("argo=") && !strncmp(last - 3, "no-", 3) )
        return true;

    last += strlen("mac-permissive");

    return !strncmp(last, "=0", 2) || !strncmp(last, "=n", 2) ||
        !strncmp(last, "=f", 2) || !strncmp(last, "=of", 3);
}

void test_main(void)
{
    if ( !argo_required() )
        return;

    if ( argo_wildcard_allowed() && !wildcard_forbidden() )
        xtf_skip("needs argo=1 without mac-permissive on Xen's command line: "
                 "wildcard rings are allowed\n");
    else
        xtf_run_cases();
}

static int send(const char *text)
{
    return argo_send(argo_self(), PORT, 1, text, strlen(text), 2);
}

static long open_wildcard(unsigned long flags)
{
    argo_ring_init(&ring, frames, PORT, XEN_ARGO_DOMID_ANY, LEN);
    memset(frames, 0x3c, sizeof(frames));
    xtf_case_cleanup(argo_ring_close, &ring);

    return argo_ring_register(&ring, flags);
}

CASE("register_ring: wildcard ring, mac-permissive off -> -EPERM, no ring, frames unchanged")
{
    xen_argo_ring_data_ent_t ent;

    expect_errno(open_wildcard(0), -EPERM);
    expect_errno(open_wildcard(XEN_ARGO_REGISTER_FLAG_FAIL_EXIST), -EPERM);

    expect_fill(frames, 0x3c, sizeof(frames));
    expect_errno(send("x"), -ECONNREFUSED);
    expect_ok(argo_query(argo_self(), PORT, 1, &ent));
    expect_hex(ent.flags, 0);
    expect_errno(argo_unregister(PORT, XEN_ARGO_DOMID_ANY), -ENOENT);
}

/* A failed call must not count towards the 128 rings of a domain. */
CASE("register_ring: wildcard ring, 200 calls with -EPERM -> other rings can be registered")
{
    unsigned int i;

    for ( i = 0; i < 200; ++i )
        require_true(!argo_wildcard_allowed());

    argo_ring_init(&other, others, PORT, argo_self(), LEN);
    xtf_case_cleanup(argo_ring_close, &other);
    expect_ok(argo_ring_register(&other, 0));
}

CASE("register_ring: wildcard ring at the port of a single-partner ring -> -EPERM, the latter works")
{
    struct xen_argo_ring_message_header hdr;
    char text[8];

    argo_ring_init(&other, others, PORT, argo_self(), LEN);
    xtf_case_cleanup(argo_ring_close, &other);
    require_ok(argo_ring_register(&other, 0));

    expect_errno(open_wildcard(0), -EPERM);
    expect_eq(send("alone"), 5);
    require_eq(argo_receive(&other, &hdr, text, sizeof(text)), 5);
    expect_mem(text, "alone", 5);
}
