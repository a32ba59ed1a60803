/*
 * The core of Xen's guest ABI: hypercall numbers, domain IDs, virtual
 * interrupts, PV page-table updates, shared_info, a PV guest's start_info.
 *
 * The level is Xen's newest (its __XEN_LATEST_INTERFACE_VERSION__); nothing
 * depends on a version macro. Guest pointers are plain C pointers of the
 * guest's own width.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_XEN_H
#define XEN_XEN_H

#include <xen/const.h>
#ifdef __aarch64__
# include <xen/arch-arm/xen.h>
#else
# include <xen/arch-x86/xen.h>
#endif

/*
 * Hypercall numbers. In the hypercall page, number n's entry is at byte n * 32.
 * The _compat ones are the old forms that took one structure with the
 * sub-operation inside; Xen still answers them for PV guests.
 */
#define __HYPERVISOR_set_trap_table                 0
#define __HYPERVISOR_mmu_update                     1
#define __HYPERVISOR_set_gdt                        2
#define __HYPERVISOR_stack_switch                   3
#define __HYPERVISOR_set_callbacks                  4
#define __HYPERVISOR_fpu_taskswitch                 5
#define __HYPERVISOR_sched_op_compat                6
#define __HYPERVISOR_platform_op                    7
#define __HYPERVISOR_set_debugreg                   8
#define __HYPERVISOR_get_debugreg                   9
#define __HYPERVISOR_update_descriptor             10
#define __HYPERVISOR_memory_op                     12
#define __HYPERVISOR_multicall                     13
#define __HYPERVISOR_update_va_mapping             14
#define __HYPERVISOR_set_timer_op                  15
#define __HYPERVISOR_event_channel_op_compat       16
#define __HYPERVISOR_xen_version                   17
#define __HYPERVISOR_console_io                    18
#define __HYPERVISOR_physdev_op_compat             19
#define __HYPERVISOR_grant_table_op                20
#define __HYPERVISOR_vm_assist                     21
#define __HYPERVISOR_update_va_mapping_otherdomain 22
#define __HYPERVISOR_iret                          23
#define __HYPERVISOR_vcpu_op                       24
#define __HYPERVISOR_set_segment_base              25
#define __HYPERVISOR_mmuext_op                     26
#define __HYPERVISOR_xsm_op                        27
#define __HYPERVISOR_nmi_op                        28
#define __HYPERVISOR_sched_op                      29
#define __HYPERVISOR_callback_op                   30
#define __HYPERVISOR_xenoprof_op                   31
#define __HYPERVISOR_event_channel_op              32
#define __HYPERVISOR_physdev_op                    33
#define __HYPERVISOR_hvm_op                        34
#define __HYPERVISOR_sysctl                        35
#define __HYPERVISOR_domctl                        36
#define __HYPERVISOR_kexec_op                      37
#define __HYPERVISOR_tmem_op                       38
#define __HYPERVISOR_argo_op                       39
#define __HYPERVISOR_xenpmu_op                     40
#define __HYPERVISOR_dm_op                         41
#define __HYPERVISOR_hypfs_op                      42

/* Numbers left to the architecture; x86 uses the first for machine checks. */
#define __HYPERVISOR_arch_0                        48
#define __HYPERVISOR_arch_1                        49
#define __HYPERVISOR_arch_2                        50
#define __HYPERVISOR_arch_3                        51
#define __HYPERVISOR_arch_4                        52
#define __HYPERVISOR_arch_5                        53
#define __HYPERVISOR_arch_6                        54
#define __HYPERVISOR_arch_7                        55

/*
 * Virtual interrupts, for EVTCHNOP_bind_virq. V: every vCPU can bind its own.
 * G: one for the domain, bound on vCPU 0 first. D: delivered to the one domain
 * that is responsible for it (dom0 unless told otherwise).
 */
#define VIRQ_TIMER       0 /* V  A vCPU timer expired. */
#define VIRQ_DEBUG       1 /* V  The host asks for a state dump. */
#define VIRQ_CONSOLE     2 /* GD Input for Xen's console. */
#define VIRQ_DOM_EXC     3 /* GD Some domain shut down, died or crashed. */
#define VIRQ_TBUF        4 /* GD Trace records are waiting. */
#define VIRQ_DEBUGGER    6 /* GD A domain stopped for its debugger. */
#define VIRQ_XENOPROF    7 /* V  A profiling sample. */
#define VIRQ_CON_RING    8 /* GD Xen's console ring has new output. */
#define VIRQ_PCPU_STATE  9 /* GD A physical CPU came or went. */
#define VIRQ_MEM_EVENT  10 /* GD A memory event. */
#define VIRQ_ARGO       11 /* G  A message or ring space, by Argo. */
#define VIRQ_ENOMEM     12 /* GD Xen's heap runs low. */
#define VIRQ_XENPMU     13 /* V  A performance counter overflowed. */

#define VIRQ_ARCH_0     16
#define VIRQ_ARCH_1     17
#define VIRQ_ARCH_2     18
#define VIRQ_ARCH_3     19
#define VIRQ_ARCH_4     20
#define VIRQ_ARCH_5     21
#define VIRQ_ARCH_6     22
#define VIRQ_ARCH_7     23

#define NR_VIRQS        24 /* A VIRQ from here on is -EINVAL. */

/*
 * Domain IDs. Ordinary domains are below DOMID_FIRST_RESERVED; the others stand
 * for the caller or for owners of special pages, and most calls refuse them.
 */
#define DOMID_FIRST_RESERVED xen_mk_uint(0x7ff0)
#define DOMID_SELF           xen_mk_uint(0x7ff0) /* The caller. */
#define DOMID_IO             xen_mk_uint(0x7ff1) /* Owner of MMIO frames. */
#define DOMID_XEN            xen_mk_uint(0x7ff2) /* Owner of Xen's own pages. */
#define DOMID_COW            xen_mk_uint(0x7ff3) /* Owner of shared pages. */
#define DOMID_INVALID        xen_mk_uint(0x7ff4) /* No domain. */
#define DOMID_ANY            xen_mk_uint(0x7ff5) /* Any unused ID (Xen 4.22). */
#define DOMID_IDLE           xen_mk_uint(0x7fff) /* The idle vCPUs. */
#define DOMID_MASK           xen_mk_uint(0x7fff)

/*
 * mmu_update: bits 1:0 of mmu_update.ptr say what to do. The rest is the
 * machine address of the page-table entry, or of the frame whose
 * machine-to-physical entry shall change.
 */
#define MMU_NORMAL_PT_UPDATE       0 /* *ptr = val, checked. */
#define MMU_MACHPHYS_UPDATE        1 /* machine-to-physical[ptr's MFN] = val */
#define MMU_PT_UPDATE_PRESERVE_AD  2 /* As 0, the entry's A and D bits kept. */
#define MMU_PT_UPDATE_NO_TRANSLATE 3 /* As 0, val is never a GFN. */

/* mmuext_op.cmd; behind each, which of arg1 and arg2 it reads. */
#define MMUEXT_PIN_L1_TABLE        0 /* mfn */
#define MMUEXT_PIN_L2_TABLE        1 /* mfn */
#define MMUEXT_PIN_L3_TABLE        2 /* mfn */
#define MMUEXT_PIN_L4_TABLE        3 /* mfn */
#define MMUEXT_UNPIN_TABLE         4 /* mfn */
#define MMUEXT_NEW_BASEPTR         5 /* mfn */
#define MMUEXT_TLB_FLUSH_LOCAL     6
#define MMUEXT_INVLPG_LOCAL        7 /* linear_addr */
#define MMUEXT_TLB_FLUSH_MULTI     8 /* vcpumask */
#define MMUEXT_INVLPG_MULTI        9 /* linear_addr, vcpumask */
#define MMUEXT_TLB_FLUSH_ALL      10
#define MMUEXT_INVLPG_ALL         11 /* linear_addr */
#define MMUEXT_FLUSH_CACHE        12
#define MMUEXT_SET_LDT            13 /* linear_addr (page aligned), nr_ents */
#define MMUEXT_NEW_USER_BASEPTR   15 /* mfn; 64-bit guests only, 0 for none */
#define MMUEXT_CLEAR_PAGE         16 /* mfn */
#define MMUEXT_COPY_PAGE          17 /* mfn (destination), src_mfn */
#define MMUEXT_FLUSH_CACHE_GLOBAL 18
#define MMUEXT_MARK_SUPER         19 /* mfn; -EOPNOTSUPP in today's Xen */
#define MMUEXT_UNMARK_SUPER       20 /* mfn; -EOPNOTSUPP in today's Xen */

/*
 * update_va_mapping's flags: what to flush, or-ed with where. UVMF_MULTI is
 * or-ed with the (4-byte aligned) address of a vCPU bitmap.
 */
#define UVMF_NONE           (xen_mk_ulong(0) << 0)
#define UVMF_TLB_FLUSH      (xen_mk_ulong(1) << 0) /* Everything. */
#define UVMF_INVLPG         (xen_mk_ulong(2) << 0) /* Just this address. */
#define UVMF_FLUSHTYPE_MASK (xen_mk_ulong(3) << 0)
#define UVMF_MULTI          (xen_mk_ulong(0) << 2) /* On a bitmap's vCPUs. */
#define UVMF_LOCAL          (xen_mk_ulong(0) << 2) /* On this vCPU. */
#define UVMF_ALL            (xen_mk_ulong(1) << 2) /* On all vCPUs. */

/* console_io(cmd, count, buffer); reading is for dom0. */
#define CONSOLEIO_write 0
#define CONSOLEIO_read  1

/* vm_assist(cmd, type). Which types a guest may set depends on its width. */
#define VMASST_CMD_enable                0
#define VMASST_CMD_disable               1

#define VMASST_TYPE_4gb_segments         0 /* PV32: 4 GiB segment limits. */
#define VMASST_TYPE_4gb_segments_notify  1 /* PV32: trap 15 when they act. */
#define VMASST_TYPE_writable_pagetables  2 /* PV: L1 writes are emulated. */
#define VMASST_TYPE_pae_extended_cr3     3 /* PV32: L3 table above 4 GiB. */
#define VMASST_TYPE_architectural_iopl   4 /* PV: IOPL in EFLAGS, by iret. */
#define VMASST_TYPE_runstate_update_flag 5 /* All: XEN_RUNSTATE_UPDATE. */
#define VMASST_TYPE_m2p_strict          32 /* PV64: no M2P in user mode. */

/* vcpu_time_info.flags */
#define XEN_PVCLOCK_TSC_STABLE_BIT (1 << 0) /* Monotonic across all vCPUs. */
#define XEN_PVCLOCK_GUEST_STOPPED  (1 << 1) /* The guest did not run a while. */

/* start_info.flags, hvm_start_info.flags; bits 15:8: dom0's power options. */
#define SIF_PRIVILEGED      (1 << 0)
#define SIF_INITDOMAIN      (1 << 1)
#define SIF_MULTIBOOT_MOD   (1 << 2) /* mod_start: xen_multiboot_mod_list[] */
#define SIF_MOD_START_PFN   (1 << 3) /* mod_start is a PFN. */
#define SIF_VIRT_P2M_4TOOLS (1 << 4) /* The tools read a linear p2m list. */
#define SIF_PM_MASK         (0xff << 8)

#define MAX_GUEST_CMDLINE 1024 /* Bytes, the terminating NUL included. */

/* dom0_vga_console_info.video_type */
#define XEN_VGATYPE_TEXT_MODE_3 0x03
#define XEN_VGATYPE_VESA_LFB    0x23
#define XEN_VGATYPE_EFI_LFB     0x70

#ifndef __ASSEMBLY__

#include <stdint.h>

typedef uint16_t domid_t;
typedef uint8_t xen_domain_handle_t[16];
typedef struct {
    uint8_t a[16];
} xen_uuid_t;

/* One entry of mmu_update's array. */
struct mmu_update {
    uint64_t ptr; /* Machine address | MMU_* */
    uint64_t val; /* The entry's new value. */
};
typedef struct mmu_update mmu_update_t;

/* One entry of mmuext_op's array. */
struct mmuext_op {
    unsigned int cmd; /* MMUEXT_* */
    union {
        xen_pfn_t mfn;
        unsigned long linear_addr;
    } arg1;
    union {
        unsigned int nr_ents;
        const void *vcpumask;
        xen_pfn_t src_mfn;
    } arg2;
};
typedef struct mmuext_op mmuext_op_t;

/*
 * One entry of multicall's array. A failing entry does not stop the batch: its
 * error is in its own result.
 */
struct multicall_entry {
    xen_ulong_t op, result;
    xen_ulong_t args[6];
};
typedef struct multicall_entry multicall_entry_t;

/*
 * A vCPU's clock. It is consistent when version is even and unchanged over the
 * read. Nanoseconds since boot:
 *   system_time + (shifted * tsc_to_system_mul >> 32)
 * with shifted = TSC - tsc_timestamp, shifted left by tsc_shift (or right by
 * its absolute value when negative).
 */
struct vcpu_time_info {
    uint32_t version;
    uint32_t pad0;
    uint64_t tsc_timestamp;
    uint64_t system_time;
    uint32_t tsc_to_system_mul;
    int8_t tsc_shift;
    uint8_t flags; /* XEN_PVCLOCK_* */
    uint8_t pad1[2];
};
typedef struct vcpu_time_info vcpu_time_info_t;

/*
 * What Xen and one vCPU share: 64 bytes. With a new event Xen sets
 * evtchn_upcall_pending and, in the 2-level ABI, that bit of evtchn_pending_sel
 * which stands for the event's word of shared_info.evtchn_pending. A non-zero
 * evtchn_upcall_mask holds a PV guest's upcalls off; an HVM guest has EFLAGS.IF
 * for that, an Arm guest PSTATE.I.
 */
struct vcpu_info {
    uint8_t evtchn_upcall_pending;
    uint8_t evtchn_upcall_mask;
    xen_ulong_t evtchn_pending_sel;
    struct arch_vcpu_info arch;
    vcpu_time_info_t time;
};
typedef struct vcpu_info vcpu_info_t;

/*
 * The page that Xen and the whole domain share. The two bitmaps are the 2-level
 * event-channel ABI: a bit a port, so 4096 ports for a 64-bit and 1024 for a
 * 32-bit guest. wc_*: the Unix time at system time 0, under its own version
 * counter that works as vcpu_time_info's does.
 */
struct shared_info {
    struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
    xen_ulong_t evtchn_pending[sizeof(xen_ulong_t) * 8];
    xen_ulong_t evtchn_mask[sizeof(xen_ulong_t) * 8];
    uint32_t wc_version;
    uint32_t wc_sec;
    uint32_t wc_nsec;
#ifdef __i386__
# define xen_wc_sec_hi arch.wc_sec_hi
#else
    uint32_t wc_sec_hi;
# define xen_wc_sec_hi wc_sec_hi
#endif
    struct arch_shared_info arch;
};
typedef struct shared_info shared_info_t;

/*
 * How a PV guest starts: RSI (ESI) holds the virtual address of this page. It
 * runs on the page tables at pt_base, which are read-only, with nr_pages pages,
 * whose MFNs are in mfn_list. Frames of the console and of the store are MFNs.
 */
struct start_info {
    char magic[32];            /* "xen-<major>.<minor>-<platform>" */
    unsigned long nr_pages;
    unsigned long shared_info; /* Machine address. */
    uint32_t flags;            /* SIF_* */
    xen_pfn_t store_mfn;       /* 0: there is no xenstore. */
    uint32_t store_evtchn;
    union {
        struct {
            xen_pfn_t mfn;     /* 0: there is no console ring. */
            uint32_t evtchn;
        } domU;
        struct {               /* dom0: where its video information is. */
            uint32_t info_off; /* In bytes from this structure's start. */
            uint32_t info_size;
        } dom0;
    } console;
    unsigned long pt_base;
    unsigned long nr_pt_frames;
    unsigned long mfn_list;
    unsigned long mod_start;   /* Virtual address; see SIF_MOD_START_PFN. */
    unsigned long mod_len;     /* In bytes; 0: no module. */
    char cmd_line[MAX_GUEST_CMDLINE];
    /* Set only if the kernel asked for a p2m list of its own place. */
    unsigned long first_p2m_pfn;
    unsigned long nr_p2m_frames;
};
typedef struct start_info start_info_t;

/*
 * With SIF_MULTIBOOT_MOD, start_info.mod_start points at an array of these that
 * ends with mod_start 0. Addresses count from the array's own.
 */
struct xen_multiboot_mod_list {
    uint32_t mod_start;
    uint32_t mod_end; /* The last byte. */
    uint32_t cmdline;
    uint32_t pad;
};

/* What dom0 is told about the screen; longer in newer releases of Xen. */
typedef struct dom0_vga_console_info {
    uint8_t video_type; /* XEN_VGATYPE_* */
    union {
        struct {
            uint16_t font_height;
            uint16_t cursor_x, cursor_y;
            uint16_t rows, columns;
        } text_mode_3;
        struct {
            uint16_t width, height;
            uint16_t bytes_per_line;
            uint16_t bits_per_pixel;
            uint32_t lfb_base;
            uint32_t lfb_size; /* In units of 64 KiB. */
            uint8_t red_pos, red_size;
            uint8_t green_pos, green_size;
            uint8_t blue_pos, blue_size;
            uint8_t rsvd_pos, rsvd_size;
            uint32_t gbl_caps;
            uint16_t mode_attrs;
            uint16_t pad;
            uint32_t ext_lfb_base; /* Upper half of the address. */
        } vesa_lfb;
    } u;
} dom0_vga_console_info_t;

#endif /* !__ASSEMBLY__ */

#endif /* XEN_XEN_H */
