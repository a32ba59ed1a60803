/*
 * The x86 part of the ABI: basic types, PV traps and vCPU state, the
 * architecture's part of the shared pages. Included by <xen/xen.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ARCH_X86_XEN_H
#define XEN_ARCH_X86_XEN_H

#if defined(__i386__)
# include <xen/arch-x86/xen-x86_32.h>
#elif defined(__x86_64__)
# include <xen/arch-x86/xen-x86_64.h>
#else
# error "The guest is neither i386 nor x86_64"
#endif

/* PV guests have a start_info page and vcpu_info.evtchn_upcall_mask. */
#define XEN_HAVE_PV_GUEST_ENTRY  1
#define XEN_HAVE_PV_UPCALL_MASK  1

/*
 * A PV guest's GDT has up to 14 pages of its own; what follows is Xen's. So an
 * own descriptor's index is below 7168, and set_gdt refuses more entries.
 */
#define FIRST_RESERVED_GDT_PAGE  14
#define FIRST_RESERVED_GDT_BYTE  (FIRST_RESERVED_GDT_PAGE * 4096)
#define FIRST_RESERVED_GDT_ENTRY (FIRST_RESERVED_GDT_BYTE / 8)

/*
 * vCPUs whose vcpu_info is in shared_info. A vCPU from 32 on has none until it
 * calls VCPUOP_register_vcpu_info.
 */
#define XEN_LEGACY_MAX_VCPUS 32

/* PCI-less debug port: a byte written by an HVM guest goes to Xen's console. */
#define XEN_HVM_DEBUGCONS_IOPORT 0xe9

/*
 * Forced emulation: an invalid instruction and a signature, which make Xen
 * emulate what follows. CPUID has it in every PV guest; other instructions
 * need hvm_fep on Xen's command line, and an HVM guest.
 */
#ifdef __ASSEMBLY__
# define XEN_EMULATE_PREFIX .byte 0x0f,0x0b,0x78,0x65,0x6e ;
# define XEN_CPUID          XEN_EMULATE_PREFIX cpuid
#else
# define XEN_EMULATE_PREFIX ".byte 0x0f,0x0b,0x78,0x65,0x6e ; "
# define XEN_CPUID          XEN_EMULATE_PREFIX "cpuid"
#endif

/* vcpu_guest_context.flags, each as a bit number and as a mask. */
#define _VGCF_i387_valid               0
#define VGCF_i387_valid                (1 << _VGCF_i387_valid)
#define VGCF_I387_VALID                VGCF_i387_valid
#define _VGCF_in_kernel                2
#define VGCF_in_kernel                 (1 << _VGCF_in_kernel)
#define VGCF_IN_KERNEL                 VGCF_in_kernel
#define _VGCF_failsafe_disables_events 3
#define VGCF_failsafe_disables_events  (1 << _VGCF_failsafe_disables_events)
#define _VGCF_syscall_disables_events  4
#define VGCF_syscall_disables_events   (1 << _VGCF_syscall_disables_events)
#define _VGCF_online                   5
#define VGCF_online                    (1 << _VGCF_online)

#ifndef __ASSEMBLY__

#include <stdint.h>

/* A frame number (of whichever kind the context says), and Xen's long. */
typedef unsigned long xen_pfn_t;
typedef unsigned long xen_ulong_t;
#define PRI_xen_pfn   "lx"
#define PRIu_xen_pfn  "lu"
#define PRI_xen_ulong "lx"

typedef uint64_t tsc_timestamp_t;

/*
 * One entry of set_trap_table, which takes an array that ends with address 0.
 * flags: bits 1:0 the lowest privilege that may use "int n" for it, bit 2 mask
 * event upcalls on entry.
 */
struct trap_info {
    uint8_t vector;
    uint8_t flags;
    uint16_t cs;
    unsigned long address;
};
typedef struct trap_info trap_info_t;

#define TI_GET_DPL(ti)      ((ti)->flags & 3)
#define TI_GET_IF(ti)       ((ti)->flags & 4)
#define TI_SET_DPL(ti, dpl) ((ti)->flags |= (dpl))
#define TI_SET_IF(ti, mask) ((ti)->flags |= (mask) ? 4 : 0)

/*
 * All state of a PV vCPU, for VCPUOP_initialise. CR3 (ctrlreg[3]) goes through
 * xen_pfn_to_cr3(); a 64-bit guest's user page table is ctrlreg[1], zero for
 * none. gdt_frames are MFNs of read-only mapped pages.
 */
struct vcpu_guest_context {
    struct {
        char x[512]; /* FXSAVE layout. */
    } fpu_ctxt;
    unsigned long flags; /* VGCF_* */
    struct cpu_user_regs user_regs;
    struct trap_info trap_ctxt[256];
    unsigned long ldt_base, ldt_ents;
    unsigned long gdt_frames[16], gdt_ents;
    unsigned long kernel_ss, kernel_sp;
    unsigned long ctrlreg[8];
    unsigned long debugreg[8];
#ifdef __i386__
    unsigned long event_callback_cs, event_callback_eip;
    unsigned long failsafe_callback_cs, failsafe_callback_eip;
#else
    unsigned long event_callback_eip;
    unsigned long failsafe_callback_eip;
    unsigned long syscall_callback_eip;
#endif
    unsigned long vm_assist; /* 1 << VMASST_TYPE_* */
#ifdef __x86_64__
    uint64_t fs_base;
    uint64_t gs_base_kernel;
    uint64_t gs_base_user;
#endif
};
typedef struct vcpu_guest_context vcpu_guest_context_t;

/* What some call the same. */
#define xen_vcpu_guest_context vcpu_guest_context
typedef struct vcpu_guest_context xen_vcpu_guest_context_t;

/*
 * The architecture's part of shared_info. Except nmi_reason (and the clock's
 * upper half) it is written by the guest for the tools that save and migrate
 * it.
 */
struct arch_shared_info {
    unsigned long max_pfn;
    xen_pfn_t pfn_to_mfn_frame_list_list;
    unsigned long nmi_reason; /* XEN_NMIREASON_* */
    unsigned long p2m_cr3;
    unsigned long p2m_vaddr;
    unsigned long p2m_generation;
#ifdef __i386__
    uint32_t wc_sec_hi;
#endif
};
typedef struct arch_shared_info arch_shared_info_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_ARCH_X86_XEN_H */
