/**
 * @file tests/selftest/main.c
 * @ref test-selftest
 *
 * @page test-selftest Selftest
 *
 * Every promise that the runtime makes to a test: output and its formats, the
 * C library subset, exceptions as values, user mode, address conversions and
 * page table helpers, descriptors, upcalls, and the reports of cases
 * themselves.
 *
 * Run it first on a new machine, emulator or build of Xen: as long as it does
 * not pass, a failure of another test says little about Xen.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include "selftest.h"

const char test_title[] = "Selftest";

/* What do_unhandled_exception() and do_evtchn() are to do: see the header. */
bool (*exception_hook)(struct cpu_regs *regs);
void (*upcall_hook)(struct cpu_regs *regs);

bool do_unhandled_exception(struct cpu_regs *regs)
{
    return exception_hook && exception_hook(regs);
}

void do_evtchn(struct cpu_regs *regs)
{
    shared_info.vcpu_info[0].evtchn_upcall_pending = 0;

    if ( upcall_hook )
        upcall_hook(regs);
}

static unsigned long zeroed[4];
static unsigned long initialised[2] = { 0x12345678, 0x9abcdef0 };

CASE("boot: data is loaded, and the rest zeroed")
{
    expect_hex(ACCESS_ONCE(initialised[0]), 0x12345678);
    expect_hex(ACCESS_ONCE(initialised[1]), 0x9abcdef0);
    expect_fill(zeroed, 0, sizeof(zeroed));
}

CASE("boot: the stack is boot_stack, and aligned for the ABI")
{
    uint8_t local[16] __aligned(16);

    /* The compiler trusts the stack's alignment for such a variable. */
    asm volatile ("" :: "r" (local) : "memory");

    expect_eq(_u(local) % 16, 0);
    expect_range(_u(local), _u(boot_stack),
                 _u(boot_stack) + sizeof(boot_stack) - 1);
}

CASE("config: guest type, width and paging levels agree")
{
    expect_eq(IS_DEFINED(CONFIG_PV) + IS_DEFINED(CONFIG_HVM), 1);
    expect_eq(IS_DEFINED(CONFIG_32BIT) + IS_DEFINED(CONFIG_64BIT), 1);
    expect_eq(IS_DEFINED(CONFIG_NO_SUCH_THING), 0);
    expect_eq(sizeof(long), IS_DEFINED(CONFIG_64BIT) ? 8 : 4);

#ifdef CONFIG_HVM
    expect_eq(!!(read_cr0() & X86_CR0_PG), CONFIG_PAGING_LEVELS > 0);
    expect_eq(!!(read_cr4() & X86_CR4_PAE), CONFIG_PAGING_LEVELS >= 3);
#endif
}

CASE("hypercalls: Xen filled in the page")
{
    unsigned int nr, same = 0;

    /* Each entry loads its own number, so that no two are alike. */
    for ( nr = 1; nr < __HYPERVISOR_argo_op; ++nr )
        same += !memcmp(hypercall_page, hypercall_page + nr * 32, 32);

    expect_eq(same, 0);
    expect_eq(HYPERCALL0(long, 62), -ENOSYS);
}

CASE("hypercalls: the result reaches the caller, arguments reach Xen")
{
    uint8_t out[64];

    memset(out, 0x5a, sizeof(out));

    /* "x.y" as two numbers; any string of the vendor's, or "", follows. */
    expect_range(hypercall_xen_version(XENVER_version, NULL), 4 << 16, 5 << 16);
    expect_ok(hypercall_xen_version(XENVER_extraversion, out));
    expect_range(strnlen((char *)out, 16), 0, 15);
    expect_fill(out + 16, 0x5a, sizeof(out) - 16);
}

CASE("domid: found, and a domain's")
{
    expect_range(xtf_get_domid(), 0, DOMID_FIRST_RESERVED - 1);
}
