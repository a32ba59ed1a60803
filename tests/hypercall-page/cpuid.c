/*
 * Xen's CPUID leaves against what hypercalls say.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "leaves.h"

CASE("CPUID: leaf 0 -> Xen's signature, highest leaf from base + 2 to base + 0xff")
{
    const uint32_t base = first_leaf();

    require_ne(base, 0);
    expect_range(get_leaf(base, 0).a, base + 2, base + 0xff);
}

CASE("CPUID: leaf 1 -> version as XENVER_version")
{
    const struct leaf l = get_leaf(first_leaf() + 1, 0);

    expect_hex(l.a, hypercall_xen_version(XENVER_version, NULL));
    expect_hex(l.b | l.c | l.d, 0);
}

CASE("CPUID: leaf 2 -> one hypercall page, index of the hypercall page MSR, features")
{
    const uint32_t base = first_leaf();
    const struct leaf l = get_leaf(base + 2, 0);
    struct xen_feature_info info = { .submap_idx = 0 };

    require_ok(hypercall_xen_version(XENVER_get_features, &info));
    expect_eq(l.a, 1);
    /* Viridian's MSRs, if there are any, push it aside. */
    expect_hex(l.b, base == XEN_CPUID_FIRST_LEAF ? 0x40000000 : 0x40000200);
    expect_hex(l.c, info.submap & (1u << XENFEAT_mmu_pt_update_preserve_ad) ?
               XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD : 0);
    expect_hex(l.d, 0);
}

/* kHz of a TSC that is scaled to ns by these. */
static uint64_t khz_of(uint32_t mul, int8_t shift)
{
    /* 10^6 ns by ns a tick, which is mul / 2^32 * 2^shift, in 32-bit steps. */
    uint64_t ticks = 0, ns = 0, step;

    for ( step = 1ull << 31; step; step >>= 1 )
    {
        const uint64_t try = ticks + step;
        const uint64_t in = shift < 0 ? try >> -shift : try << shift;
        const uint64_t out = (in >> 32) * mul +
            (((in & 0xffffffff) * mul) >> 32);

        if ( out <= 1000000 )
        {
            ticks = try;
            ns = out;
        }
    }

    return ns ? ticks : 0;
}

/* got is within a tenth of want. */
static bool about(uint64_t got, uint64_t want)
{
    return got * 10 >= want * 9 && got * 10 <= want * 11;
}

CASE("CPUID: leaf 3 -> TSC frequency and scale within 10 % of vcpu_info.time")
{
    const uint32_t leaf = first_leaf() + 3;
    const struct leaf l = get_leaf(leaf, 0), scale = get_leaf(leaf, 1);
    const vcpu_time_info_t info =
        time_info_snapshot(&this_vcpu_info()->time);
    const uint64_t khz = khz_of(info.tsc_to_system_mul, info.tsc_shift);

    if ( get_leaf(first_leaf(), 0).a < leaf )
        skip_case("the toolstack has hidden this leaf");

    /* Emulated, known to be safe, RDTSCP. */
    expect_hex(l.a & ~7u, 0);
    expect_range(l.b, 0, 3);
    /* A PV hardware domain's TSC is left alone, and not described. */
    if ( IS_DEFINED(CONFIG_PV) && l.c == 0 )
    {
        struct xen_feature_info features = { .submap_idx = 0 };

        require_ok(hypercall_xen_version(XENVER_get_features, &features));
        expect_true(features.submap & (1u << XENFEAT_dom0));
        return;
    }
    expect_msg(about(l.c, khz), "leaf 3 has %u kHz, vcpu_info.time %llu",
               l.c, (unsigned long long)khz);
    expect_msg(about(khz_of(scale.c, scale.d), l.c),
               "leaf 3, subleaf 1 has a scale of %llu kHz, subleaf 0 has %u",
               (unsigned long long)khz_of(scale.c, scale.d), l.c);
    /* The host's, which the guest's may differ from. */
    expect_ne(get_leaf(leaf, 2).a, 0);
}

#ifdef CONFIG_HVM

static void vcpu_in_leaf(void *arg)
{
    *(uint32_t *)arg = get_leaf(first_leaf() + 4, 0).b;
}

CASE("CPUID: leaf 4, HVM -> vCPU ID and domain ID")
{
    const uint32_t leaf = first_leaf() + 4;
    const struct leaf l = get_leaf(leaf, 0);
    uint32_t vcpu = ~0u;

    if ( get_leaf(first_leaf(), 0).a < leaf )
        skip_case("the toolstack has hidden this leaf");

    expect_hex(l.a & XEN_HVM_CPUID_VCPU_ID_PRESENT,
               XEN_HVM_CPUID_VCPU_ID_PRESENT);
    expect_hex(l.a & XEN_HVM_CPUID_DOMID_PRESENT, XEN_HVM_CPUID_DOMID_PRESENT);
    expect_hex(l.a & XEN_HVM_CPUID_IOMMU_MAPPINGS,
               XEN_HVM_CPUID_IOMMU_MAPPINGS);
    expect_hex(l.a & ~0x7fu, 0);
    expect_eq(l.b, 0);
    expect_eq(l.c, xtf_get_domid());
    expect_hex(l.d, 0);

    if ( smp_nr_vcpus() > 1 && expect_ok(smp_call(1, vcpu_in_leaf, &vcpu)) )
        expect_eq(vcpu, 1);
}

CASE("CPUID: leaf 5, HVM -> 0")
{
    const struct leaf l = get_leaf(first_leaf() + 5, 0);

    expect_hex(l.a | l.b | l.c | l.d, 0);
}

#else

CASE("CPUID: leaf 4, PV -> 0")
{
    const struct leaf l = get_leaf(first_leaf() + 4, 0);

    expect_hex(l.a | l.b | l.c | l.d, 0);
}

CASE("CPUID: leaf 5, PV -> address width that covers XENMEM_maximum_ram_page")
{
    const uint32_t leaf = first_leaf() + 5;
    const struct leaf l = get_leaf(leaf, 0);
    const unsigned long max = hypercall_memory_op(XENMEM_maximum_ram_page,
                                                  NULL);

    if ( get_leaf(first_leaf(), 0).a < leaf )
        skip_case("the toolstack has hidden this leaf");

    expect_range(l.b, PAGE_SHIFT + 1, 52);
    expect_msg(!((uint64_t)max >> (l.b - PAGE_SHIFT)),
               "EBX is %u bits, but the highest MFN is %#lx", l.b, max);
    expect_hex(l.a | l.c | l.d, 0);
}

#endif

CASE("CPUID: leaf above the highest -> 0")
{
    const uint32_t base = first_leaf();
    const uint32_t highest = get_leaf(base, 0).a;
    uint32_t leaf;

    for ( leaf = highest + 1; leaf < base + 0x100; ++leaf )
    {
        const struct leaf l = get_leaf(leaf, 0);

        if ( !expect_msg(!(l.a | l.b | l.c | l.d),
                         "leaf %#x is %#x %#x %#x %#x", leaf, l.a, l.b, l.c,
                         l.d) )
            return;
    }
}
