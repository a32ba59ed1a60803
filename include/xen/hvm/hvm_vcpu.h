/*
 * How a further vCPU of an HVM guest starts: VCPUOP_initialise's argument.
 *
 * Segment registers have no selector, just what the CPU caches; an unset GDT,
 * IDT and the like are for the new vCPU to load.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_HVM_HVM_VCPU_H
#define XEN_HVM_HVM_VCPU_H

#include <xen/xen.h>

/* vcpu_hvm_context.mode */
#define VCPU_HVM_MODE_32B 0 /* Any mode but 64-bit code; cpu_regs.x86_32 */
#define VCPU_HVM_MODE_64B 1 /* Flat 64-bit code; cpu_regs.x86_64 */

#ifndef __ASSEMBLY__

/*
 * *_ar: a descriptor's attributes without the gap for the limit. Bits 3:0 type,
 * 4 S, 6:5 DPL, 7 P, 8 AVL, 9 L, 10 D/B, 11 G; the rest zero.
 */
struct vcpu_hvm_x86_32 {
    uint32_t eax, ecx, edx, ebx;
    uint32_t esp, ebp, esi, edi;
    uint32_t eip, eflags;
    uint32_t cr0, cr3, cr4;
    uint32_t pad1;
    uint64_t efer;
    uint32_t cs_base, ds_base, ss_base, es_base, tr_base;
    uint32_t cs_limit, ds_limit, ss_limit, es_limit, tr_limit;
    uint16_t cs_ar, ds_ar, ss_ar, es_ar, tr_ar;
    uint16_t pad2[3];
};
typedef struct vcpu_hvm_x86_32 xen_vcpu_hvm_x86_32_t;

struct vcpu_hvm_x86_64 {
    uint64_t rax, rcx, rdx, rbx;
    uint64_t rsp, rbp, rsi, rdi;
    uint64_t rip, rflags;
    uint64_t cr0, cr3, cr4;
    uint64_t efer;
};
typedef struct vcpu_hvm_x86_64 xen_vcpu_hvm_x86_64_t;

struct vcpu_hvm_context {
    uint32_t mode; /* VCPU_HVM_MODE_* */
    uint32_t pad;  /* Zero. */
    union {
        xen_vcpu_hvm_x86_32_t x86_32;
        xen_vcpu_hvm_x86_64_t x86_64;
    } cpu_regs;
};
typedef struct vcpu_hvm_context vcpu_hvm_context_t;

/* What some call the same. */
#define xen_vcpu_hvm_context vcpu_hvm_context
typedef struct vcpu_hvm_context xen_vcpu_hvm_context_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_HVM_HVM_VCPU_H */
