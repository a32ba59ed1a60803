/**
 * @file tests/selftest/main.c
 * @ref test-selftest
 *
 * @page test-selftest Selftest: the framework
 *
 * What the framework offers to tests: output and its formats, the C library
 * subset, exceptions as values, user mode, address conversions and page table
 * helpers, descriptors, upcalls, and the reports of cases.
 *
 * Run it first on a new machine, emulator or build of Xen: unless it passes, a
 * failure of another test says little about Xen.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include "selftest.h"

const char test_title[] = "Selftest: the framework";

/* Hooks of do_unhandled_exception() and do_evtchn(): see selftest.h. */
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

CASE("boot: initialised and uninitialised data -> loaded, zeroed")
{
    expect_hex(ACCESS_ONCE(initialised[0]), 0x12345678);
    expect_hex(ACCESS_ONCE(initialised[1]), 0x9abcdef0);
    expect_fill(zeroed, 0, sizeof(zeroed));
}

CASE("boot: stack pointer -> in boot_stack, aligned to 16")
{
    uint8_t local[16] __aligned(16);

    /* The compiler relies on the stack's alignment for this variable. */
    asm volatile ("" :: "r" (local) : "memory");

    expect_eq(_u(local) % 16, 0);
    expect_range(_u(local), _u(boot_stack),
                 _u(boot_stack) + sizeof(boot_stack) - 1);
}

CASE("CONFIG_PV, CONFIG_HVM, CONFIG_PAGING_LEVELS: this environment -> agree with the CPU's mode")
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

CASE("hypercall_page: each entry -> different code, unknown hypercall -ENOSYS")
{
    unsigned int nr, same = 0;

    /* Each entry loads its own number, so no two entries are equal. */
    for ( nr = 1; nr < __HYPERVISOR_argo_op; ++nr )
        same += !memcmp(hypercall_page, hypercall_page + nr * 32, 32);

    expect_eq(same, 0);
    expect_eq(HYPERCALL0(long, 62), -ENOSYS);
}

CASE("hypercall_xen_version(): version, extraversion -> result and buffer")
{
    uint8_t out[64];

    memset(out, 0x5a, sizeof(out));

    /* The version as a number; the extraversion as any string, or "". */
    expect_range(hypercall_xen_version(XENVER_version, NULL), 4 << 16, 5 << 16);
    expect_ok(hypercall_xen_version(XENVER_extraversion, out));
    expect_range(strnlen((char *)out, 16), 0, 15);
    expect_fill(out + 16, 0x5a, sizeof(out) - 16);
}

CASE("xtf_get_domid(): this domain -> a valid domid")
{
    expect_range(xtf_get_domid(), 0, DOMID_FIRST_RESERVED - 1);
}
