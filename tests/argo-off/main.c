/**
 * @file tests/argo-off/main.c
 * @ref test-argo-off
 *
 * @page test-argo-off Argo: not enabled on Xen's command line
 *
 * On a Xen that was built with Argo and booted without argo=1, every operation
 * returns -EOPNOTSUPP, whatever its arguments, and writes to no memory.
 *
 * Argo is off by default: without the option there must be no such channel
 * between domains.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>

const char test_title[] = "Argo: not enabled on Xen's command line";

#define PORT    1
#define LEN     1024

static uint8_t frames[1][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring ring;

void test_main(void)
{
    switch ( argo_notify(NULL) )
    {
    case -ENOSYS:
        xtf_skip("needs a Xen with Argo: CONFIG_ARGO=y\n");
        break;

    case -EOPNOTSUPP:
        xtf_run_cases();
        break;

    default:
    {
        /* Xen obeys the last of several argo= options. */
        const char *last = xtf_xen_cmdline(" argo=");

        if ( last && !strncmp(last, " argo=0", 7) )
            xtf_failure("XEN_ARGO_OP_notify returned no -EOPNOTSUPP with "
                        "argo=0\n");
        else
            xtf_skip("needs Argo to be off: no argo=1 on Xen's command "
                     "line\n");
        break;
    }
    }
}

CASE("register_ring, unregister_ring: Argo off -> -EOPNOTSUPP, frames unchanged")
{
    argo_ring_init(&ring, frames, PORT, argo_self(), LEN);
    memset(frames, 0x77, sizeof(frames));

    expect_errno(argo_ring_register(&ring, 0), -EOPNOTSUPP);
    expect_errno(argo_ring_register(&ring, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST),
                 -EOPNOTSUPP);
    ring.partner = XEN_ARGO_DOMID_ANY;
    expect_errno(argo_ring_register(&ring, 0), -EOPNOTSUPP);
    expect_errno(argo_ring_unregister(&ring), -EOPNOTSUPP);
    expect_fill(frames, 0x77, sizeof(frames));
}

CASE("sendv: Argo off -> -EOPNOTSUPP")
{
    expect_errno(argo_send(argo_self(), PORT, 1, "x", 1, 2), -EOPNOTSUPP);
    expect_errno(argo_send(argo_self(), PORT, 1, "", 0, 2), -EOPNOTSUPP);
    expect_errno(argo_send(DOMID_SELF, PORT, 1, "x", 1, 2), -EOPNOTSUPP);
}

CASE("notify: Argo off -> -EOPNOTSUPP, request unchanged")
{
    xen_argo_ring_data_ent_t ent;

    expect_errno(argo_query(argo_self(), PORT, 3, &ent), -EOPNOTSUPP);
    expect_eq(ent.ring.aport, PORT);
    expect_eq(ent.ring.domain_id, argo_self());
    expect_eq(ent.space_required, 3);
    expect_hex(ent.flags, 0);
    expect_eq(ent.max_message_size, 0);
}

CASE("argo_op: Argo off, any command and argument -> -EOPNOTSUPP")
{
    void *const none = unmapped_page();
    unsigned int op;

    for ( op = 0; op < 8; ++op )
    {
        expect_errno((int)hypercall_argo_op(op, none, none, 1, 1),
                     -EOPNOTSUPP);
        expect_errno((int)hypercall_argo_op(op, NULL, NULL, 0xffffffff,
                                            0xffffffff), -EOPNOTSUPP);
    }
}
