/**
 * @file tests/hypercall-page/main.c
 * @ref test-hypercall-page
 *
 * @page test-hypercall-page Hypercalls: the hypercall page's MSR and Xen's CPUID leaves
 *
 * How a guest finds Xen: CPUID leaves, of which leaf 2 names an MSR that fills
 * a frame with the entries of all hypercalls.  The low bits of the value are
 * the number of the page, and there is one page.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "leaves.h"

#include <arch/mm.h>
#include <arch/msr.h>
#include <arch/pagetable.h>

const char test_title[] = "Hypercalls: the hypercall page's MSR and Xen's CPUID leaves";

static uint8_t page[PAGE_SIZE] __page_aligned_bss;

static uint32_t msr(void)
{
    return get_leaf(first_leaf() + 2, 0).b;
}

static uint64_t value(const void *va, unsigned int page_number)
{
    return ((uint64_t)virt_to_gfn(va) << PAGE_SHIFT) | page_number;
}

CASE("hypercall page MSR: page number 0 -> frame equals the kernel's hypercall page")
{
    memset(page, 0x5a, sizeof(page));
    expect_false(wrmsr_safe(msr(), value(page, 0)));
    expect_mem(page, hypercall_page, PAGE_SIZE);
}

CASE("hypercall page MSR: set to a second frame -> hypercalls through that page succeed")
{
    long rc;

    require_true(!wrmsr_safe(msr(), value(page, 0)));

#ifdef CONFIG_64BIT
    {
        register unsigned long a1 asm ("rdi") = XENVER_version;
        register unsigned long a2 asm ("rsi") = 0;

        asm volatile ("call *%[entry]"
                      : "=a" (rc), "+r" (a1), "+r" (a2)
                      : [entry] "a" (page + __HYPERVISOR_xen_version * 32)
                      : "rcx", "r11", "memory");
    }
#else
    {
        unsigned long a1 = XENVER_version, a2 = 0;

        asm volatile ("call *%[entry]"
                      : "=a" (rc), "+b" (a1), "+c" (a2)
                      : [entry] "a" (page + __HYPERVISOR_xen_version * 32)
                      : "memory");
    }
#endif

    expect_eq(rc, hypercall_xen_version(XENVER_version, NULL));
}

CASE("hypercall page MSR: page number from 1 to 0xfff -> #GP, frame unchanged")
{
    static const unsigned int numbers[] = { 1, 2, 0x10, 0x800, 0xffe, 0xfff };
    unsigned int i;

    memset(page, 0x5a, sizeof(page));
    for ( i = 0; i < ARRAY_SIZE(numbers); ++i )
        expect_msg(wrmsr_safe(msr(), value(page, numbers[i])),
                   "page number %#x: no #GP", numbers[i]);
    expect_fill(page, 0x5a, sizeof(page));
}

CASE("hypercall page MSR: unpopulated or invalid frame -> #GP")
{
    expect_true(wrmsr_safe(msr(), ~0ull << PAGE_SHIFT));
    expect_true(wrmsr_safe(msr(), 1ull << 63));
    expect_true(wrmsr_safe(msr(), 1ull << 51));
#ifdef CONFIG_HVM
    /* Above the RAM below 4 GiB, below the local APIC. */
    expect_true(wrmsr_safe(msr(), 0xf0000000));
#endif
}

#ifdef CONFIG_PV
CASE("hypercall page MSR: frame is a page table -> #GP, table unchanged")
{
    static intpte_t before[L1_PT_ENTRIES];
    const intpte_t *l1 = _p(_u(pv_l1e(page)) & PAGE_MASK);

    memcpy(before, l1, PAGE_SIZE);
    expect_true(wrmsr_safe(msr(), pv_l1e_maddr(page) & ~0xfffull));
    expect_mem(l1, before, PAGE_SIZE);
}
#endif

CASE("hypercall page MSR: next MSR number -> #GP")
{
    uint64_t val;

    memset(page, 0x5a, sizeof(page));
    expect_true(wrmsr_safe(msr() + 1, value(page, 0)));
    expect_true(rdmsr_safe(msr() + 1, &val));
    expect_fill(page, 0x5a, sizeof(page));
}
