/**
 * @file tests/features/main.c
 * @ref test-features
 *
 * @page test-features xen_version: features of each kind of guest
 *
 * A kernel chooses its page tables, its clock and its grant mappings by these
 * bits, one by one, and trusts each.  A bit that is set for the wrong kind of
 * guest, or kept clear, is found here by its name; so is one that the ABI does
 * not define.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/traps.h>

const char test_title[] = "xen_version: features of each kind of guest";

static uint32_t features(void)
{
    struct xen_feature_info info = { .submap_idx = 0 };

    return hypercall_xen_version(XENVER_get_features, &info) ? 0 : info.submap;
}

#define BIT(name) (1u << XENFEAT_ ## name)

/* Bits of word 0, when: the guest must, or must not, have them. */
static void expect_bit(unsigned int bit, const char *name, bool want)
{
    expect_msg(!!(features() & (1u << bit)) == want,
               "XENFEAT_%s (bit %u) is %s, expected it %s", name, bit,
               want ? "clear" : "set", want ? "set" : "clear");
}

#define expect_feature(name, want) expect_bit(XENFEAT_ ## name, #name, want)

#define PV  IS_DEFINED(CONFIG_PV)
#define HVM IS_DEFINED(CONFIG_HVM)

CASE("get_features: supervisor_mode_kernel -> clear for all guests")
{
    expect_feature(supervisor_mode_kernel, false);
}

CASE("get_features: memory_op_vnode_supported -> set for all guests")
{
    expect_feature(memory_op_vnode_supported, true);
}

CASE("get_features: mmu_pt_update_preserve_ad and other bits for PV -> PV only")
{
    expect_feature(mmu_pt_update_preserve_ad, PV);
    expect_feature(highmem_assist, PV);
    expect_feature(gnttab_map_avail_bits, PV);
}

CASE("get_features: auto_translated_physmap and other bits for HVM -> HVM only")
{
    expect_feature(auto_translated_physmap, HVM);
    expect_feature(writable_page_tables, HVM);
    expect_feature(hvm_callback_vector, HVM);
    expect_feature(hvm_safe_pvclock, HVM);
}

CASE("get_features: writable_descriptor_tables -> clear for all guests on x86")
{
    expect_feature(writable_descriptor_tables, false);
}

CASE("get_features: hvm_pirqs -> clear for PV")
{
    if ( HVM )
        skip_case("an HVM guest may have it or not: PVH guests do not");
    expect_feature(hvm_pirqs, false);
}

CASE("get_features: direct_mapped, not_direct_mapped -> PV has the former, HVM the latter")
{
    expect_feature(direct_mapped, PV);
    expect_feature(not_direct_mapped, HVM);
}

CASE("get_features: dom0 -> set if start_info has SIF_INITDOMAIN")
{
#ifdef CONFIG_PV
    expect_feature(dom0, pv_start_info->flags & SIF_INITDOMAIN);
#else
    /* A guest that came up by firmware has no start_info. */
    expect_feature(dom0, pvh_start_info &&
                   (pvh_start_info->flags & SIF_INITDOMAIN));
#endif
}

/*
 * pae_pgdir_above_4gb follows the guest's own ELF note or VMASST_TYPE_…, and
 * this kernel has it for PV32 only.
 */
CASE("get_features: pae_pgdir_above_4gb -> follows VMASST_TYPE_pae_extended_cr3")
{
    const bool before = features() & BIT(pae_pgdir_above_4gb);

    if ( hypercall_vm_assist(VMASST_CMD_enable, VMASST_TYPE_pae_extended_cr3) )
    {
        expect_feature(pae_pgdir_above_4gb, false);
        return;
    }
    expect_feature(pae_pgdir_above_4gb, true);
    if ( before )
        return;
    require_ok(hypercall_vm_assist(VMASST_CMD_disable,
                                   VMASST_TYPE_pae_extended_cr3));
    expect_feature(pae_pgdir_above_4gb, false);
}

CASE("get_features: runstate_phys_area, vcpu_time_phys_area -> set if the operation exists")
{
    struct vcpu_register_runstate_memory_area runstate = { .addr.p = ~0ull };
    struct vcpu_register_time_memory_area time = { .addr.p = ~0ull };

    expect_feature(runstate_phys_area,
                   hypercall_vcpu_op(VCPUOP_register_runstate_phys_area, 0,
                                     &runstate) != -ENOSYS);
    expect_feature(vcpu_time_phys_area,
                   hypercall_vcpu_op(VCPUOP_register_vcpu_time_phys_area, 0,
                                     &time) != -ENOSYS);
}

CASE("get_features: undefined bits, Arm bits -> clear")
{
    static const unsigned int clear[] = {
        12, XENFEAT_ARM_SMCCC_supported, XENFEAT_linux_rsdp_unrestricted,
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(clear); ++i )
        expect_msg(!(features() & (1u << clear[i])),
                   "bit %u is set, expected it clear", clear[i]);

    /* The last that is defined, so far. */
    expect_hex(features() >> (XENFEAT_dm_msix_all_writes + 1), 0);
}

CASE("get_features: submap_idx from 1 on -> -EINVAL, nothing written")
{
    static const unsigned int submaps[] = { 1, 2, 31, 1u << 31, ~0u };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(submaps); ++i )
    {
        struct xen_feature_info info = {
            .submap_idx = submaps[i], .submap = 0x5a5a5a5a,
        };

        expect_errno(hypercall_xen_version(XENVER_get_features, &info),
                     -EINVAL);
        expect_hex(info.submap, 0x5a5a5a5a);
        expect_hex(info.submap_idx, submaps[i]);
    }
}

CASE("get_features: submap_idx 0 -> only submap written")
{
    struct {
        struct xen_feature_info info;
        uint32_t guard;
    } buf = { { .submap_idx = 0 }, 0x5a5a5a5a };

    expect_ok(hypercall_xen_version(XENVER_get_features, &buf.info));
    expect_hex(buf.info.submap_idx, 0);
    expect_hex(buf.guard, 0x5a5a5a5a);
}
