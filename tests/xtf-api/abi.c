/**
 * @file tests/xtf-api/abi.c
 *
 * Structures of the ABI, initialised and passed as tests of XTF do it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/x86-gate.h>
#include <arch/x86-tss.h>

/* The paths of headers that older tests include. */
#include <arch/x86/exinfo.h>
#include <arch/x86/lib.h>

#include <xen/callback.h>
#include <xen/hvm/hvm_op.h>
#include <xen/physdev.h>
#include <xen/sysctl.h>

static uint8_t page[PAGE_SIZE] __page_aligned_bss;
static const char text[] = "text";

/* Structures that end with an array, before that array's elements. */
static struct
{
    xen_argo_ring_data_t data;
    xen_argo_ring_data_ent_t ents[2];
} notify __maybe_unused = {
    .data.nent = 2,
    .ents = { { .ring = { .aport = 1, .domain_id = DOMID_SELF } } },
};

static const xen_argo_iov_t iovs[] __maybe_unused = {
    { .iov_hnd = text, .iov_len = sizeof(text) },
    { .iov_hnd = page, .iov_len = sizeof(page) },
};

static struct xen_add_to_physmap by_gfn __maybe_unused = { .gfn = 1 };
static struct xen_add_to_physmap by_gpfn __maybe_unused = { .gpfn = 1 };
static xen_remove_from_physmap_t removal __maybe_unused = { .gfn = 1 };

static struct xen_callback_register cb1 __maybe_unused;
static xen_callback_register_t cb2 __maybe_unused;
static struct seg_desc32 desc __maybe_unused = { .raw = 0 };
static user_desc no_desc __maybe_unused = {};
static struct seg_gate32 gate32 __maybe_unused = { .dpl = 3 };
static struct seg_gate64 gate64 __maybe_unused = { .ist = 1 };
static x86_tss32 tss_a __maybe_unused = { .esp0 = 0 };
static x86_tss64 tss_b __maybe_unused = { .rsp0 = 0 };

/* Handles are initialised as Xen's are: in two pairs of braces. */
static xen_sysctl_t livepatch __maybe_unused = {
    .cmd = XEN_SYSCTL_livepatch_op,
    .u.livepatch = {
        .cmd = XEN_SYSCTL_LIVEPATCH_UPLOAD,
        .u.upload = {
            .name = { .name = {{ "name" }}, .size = sizeof("name") },
            .size = PAGE_SIZE,
            .payload = {{ page }},
        },
    },
};
BUILD_BUG_ON(sizeof(livepatch.u.livepatch.u.upload.payload) != 8);

/* The other name of a type is the same type. */
BUILD_BUG_ON(!__builtin_types_compatible_p(struct xen_vcpu_hvm_context,
                                           vcpu_hvm_context_t));
BUILD_BUG_ON(!__builtin_types_compatible_p(xen_vcpu_guest_context_t,
                                           struct vcpu_guest_context));

static xen_vcpu_guest_context_t pv_vcpu __maybe_unused = {
    .flags = VGCF_IN_KERNEL, .ctrlreg[3] = 0,
};
static struct xen_vcpu_hvm_context hvm_vcpu __maybe_unused = {
    .mode = VCPU_HVM_MODE_32B,
    .cpu_regs.x86_32 = { .cs_limit = ~0u, .cs_ar = 0xc9b },
};
BUILD_BUG_ON(offsetof(struct xen_vcpu_hvm_context, cpu_regs) != 8);
BUILD_BUG_ON(offsetof(struct xen_vcpu_hvm_context, cpu_regs.x86_32.cs_ar) != 112);

/* Never called: it must only compile. */
void __maybe_unused __noinline use_abi(void)
{
    xen_memory_exchange_t exch = {
        .in = { .nr_extents = 1, .domid = DOMID_SELF },
        .out = { .extent_start = _p(~0ul), .domid = DOMID_SELF },
    };
    xen_feature_info_t features = { .submap_idx = 0 };
    mmuext_op_t op = { .cmd = MMUEXT_TLB_FLUSH_LOCAL };
    multicall_entry_t call = { .op = __HYPERVISOR_iret };
    unsigned int done;

    hypercall_memory_op(XENMEM_exchange, &exch);
    hypercall_mmuext_op(&op, 1, &done, DOMID_SELF);
    hypercall_multicall(&call, 1);

    /* Addresses as pointers and as integers; bits of 32-bit bitmaps. */
    hypercall_update_va_mapping(page, 0, UVMF_INVLPG);
    hypercall_update_va_mapping(_u(page), 0, UVMF_INVLPG);
    hypercall_stack_switch(__KERN_DS, boot_stack);
    hypercall_stack_switch(__KERN_DS, _u(boot_stack));

    if ( !hypercall_xen_version(XENVER_get_features, &features) &&
         test_bit(XENFEAT_dom0, &features.submap) )
        printk("%s\n", text);
}
