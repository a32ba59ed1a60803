/*
 * CPUID, feature words, model-specific and control registers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "selftest.h"

#include <arch/msr-index.h>

#include <xen/arch-x86/cpuid.h>

bool on_qemu_tcg(void)
{
    uint32_t brand[4];

#ifdef CONFIG_PV
    pv_cpuid_count(0x80000002, 0, &brand[0], &brand[1], &brand[2], &brand[3]);
#else
    cpuid_count(0x80000002, 0, &brand[0], &brand[1], &brand[2], &brand[3]);
#endif

    return !memcmp(brand, "QEMU TCG CPU", 12);
}

CASE("cpuid: values collected at boot -> within their ranges")
{
    expect_range(max_leaf, 1, 0xff);
    expect_range(max_extd_leaf, 0x80000001u, 0x800000ffu);
    expect_ne(x86_vendor, X86_VENDOR_UNKNOWN);
    expect_range(x86_family, 5, 0xff);
    expect_range(maxphysaddr, 32, 52);
    expect_range(maxvirtaddr, 32, 57);
}

CASE("cpuid: features that Xen requires -> present")
{
    expect_true(cpu_has_fpu && cpu_has_tsc && cpu_has_msr && cpu_has_cx8);
    expect_true(cpu_has_pae && cpu_has_sse2);
#ifdef CONFIG_64BIT
    expect_true(cpu_has_lm);
#endif
#if CONFIG_PAGING_LEVELS == 2
    expect_true(cpu_has_pse);
#endif
}

CASE("cpuid: leaves from 0x40000000 on -> Xen's signature")
{
    uint32_t leaf, eax, ebx, ecx, edx, found = 0;

    for ( leaf = 0x40000000; leaf < 0x40010000 && !found; leaf += 0x100 )
    {
#ifdef CONFIG_PV
        pv_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx);
#else
        cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx);
#endif
        if ( ebx == XEN_CPUID_SIGNATURE_EBX &&
             ecx == XEN_CPUID_SIGNATURE_ECX && edx == XEN_CPUID_SIGNATURE_EDX )
            found = leaf;
    }

    expect_ne(found, 0);
    expect_true(!found || eax >= found + 2);
}

CASE("rdmsr_safe(), wrmsr_safe(): readable, write-only MSR, reserved bits -> false, true, true")
{
    uint64_t val = 0x5a5a5a5a;

    /* Every CPU that runs Xen has this MSR. */
    expect_false(rdmsr_safe(MSR_EFER, &val));
#ifdef CONFIG_64BIT
    expect_hex(val & (EFER_LME | EFER_LMA), EFER_LME | EFER_LMA);
#else
    expect_ne(val, 0x5a5a5a5a);
#endif

    /* A write-only MSR. */
    val = 0x5a5a5a5a;
    expect_true(rdmsr_safe(MSR_PRED_CMD, &val));
    expect_hex(val, 0);

    /* Reserved bits. */
    if ( IS_DEFINED(CONFIG_HVM) || xen_has(XEN_PV_EFER_WRITE_FAULTS) )
        expect_true(wrmsr_safe(MSR_EFER, ~0ull));
}

#ifdef CONFIG_HVM

CASE("wrmsr_safe(): MSR_GS_BASE -> value read back")
{
    const uint64_t old = rdmsr(MSR_GS_BASE);

    expect_false(wrmsr_safe(MSR_GS_BASE, 0x12345678));
    expect_hex(rdmsr(MSR_GS_BASE), 0x12345678);
    wrmsr(MSR_GS_BASE, old);
}

CASE("write_cr4_safe(), write_cr0_safe(): reserved bit, valid bit -> true, false")
{
    const unsigned long cr4 = read_cr4();

    expect_true(write_cr4_safe(cr4 | 1u << 31));
    expect_hex(read_cr4(), cr4);
    expect_false(write_cr4_safe(cr4 | X86_CR4_TSD));
    expect_hex(read_cr4(), cr4 | X86_CR4_TSD);
    write_cr4(cr4);

    expect_true(write_cr0_safe(X86_CR0_PG));
}

#endif

CASE("sgdt(), sidt(), str(), read_cs(), read_ss(): after boot -> the framework's tables and selectors")
{
    desc_ptr ptr = {};

#ifdef CONFIG_HVM
    sgdt(&ptr);
    expect_hex(ptr.base, _u(gdt));
    sidt(&ptr);
    expect_hex(ptr.base, _u(idt));
    expect_hex(ptr.limit, sizeof(idt) - 1);
    expect_hex(str(), TSS_SEL);
#endif

    expect_eq(ptr.limit % 8, IS_DEFINED(CONFIG_HVM) ? 7 : 0);
    expect_hex(read_ss() & ~3u, __KERN_DS & ~3u);
    expect_hex(read_cs() & ~3u, __KERN_CS & ~3u);
}

CASE("rdtsc_ordered(): twice -> not less the second time")
{
    const uint64_t t0 = rdtsc_ordered(), t1 = rdtsc_ordered();

    expect_msg(t1 >= t0, "TSC is %#" PRIx64 ", then %#" PRIx64
               ", expected not less", t0, t1);
}

CASE("x86_features: words 1c and 1d -> as CPUID leaf 1")
{
    uint32_t eax, ebx, ecx, edx;

#ifdef CONFIG_PV
    pv_cpuid_count(1, 0, &eax, &ebx, &ecx, &edx);
#else
    cpuid_count(1, 0, &eax, &ebx, &ecx, &edx);
#endif

    /* OSXSAVE mirrors CR4, and APIC the APIC's enable bit. */
    expect_hex(x86_features[FEATURE_WORD_1D], edx);
    expect_hex(x86_features[FEATURE_WORD_1C] & ~(1u << 27), ecx & ~(1u << 27));
}
