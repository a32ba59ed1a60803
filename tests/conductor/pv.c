/*
 * What a PV domain starts with: page tables that map its first pages where they
 * are, the list of its frames, its start information, and registers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/xen_info.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/peers/create.h>

#include <arch/mm.h>
#include <arch/page.h>
#include <arch/processor.h>
#include <arch/symbolic-const.h>

#include "conductor.h"

/* As much is mapped behind the last page that has a content. */
#define SPARE          (512 << 10)

/* start_info and vcpu_guest_context of a 32-bit guest. */
struct start_info_32
{
    char magic[32];
    uint32_t nr_pages, shared_info, flags, store_mfn, store_evtchn;
    uint32_t console_mfn, console_evtchn;
    uint32_t pt_base, nr_pt_frames, mfn_list, mod_start, mod_len;
    char cmd_line[MAX_GUEST_CMDLINE];
    uint32_t first_p2m_pfn, nr_p2m_frames;
};

struct context_32
{
    char fpu[512];
    uint32_t flags;
    uint32_t ebx, ecx, edx, esi, edi, ebp, eax, vector, eip, cs, eflags, esp;
    uint32_t ss, es, ds, fs, gs;
    uint64_t traps[256];
    uint32_t ldt_base, ldt_ents, gdt_frames[16], gdt_ents;
    uint32_t kernel_ss, kernel_sp, ctrlreg[8], debugreg[8];
    uint32_t event_cs, event_eip, failsafe_cs, failsafe_eip, vm_assist;
} __packed;

BUILD_BUG_ON(sizeof(struct context_32) != 2800);

/* The flat selectors of a 32-bit guest's kernel, in ring 1. */
#define CS_32          0xe019
#define DS_32          0xe021

/* Where everything is, by page. */
struct layout
{
    unsigned long p2m, start_info, console, tables, nr_tables, stack, mapped;
};

static unsigned long pages_of(uint64_t bytes)
{
    return (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static struct layout lay_out(const struct role *role)
{
    const bool wide = role->image.wide;
    struct layout at = { .p2m = pages_of(role->image.end) };

    at.start_info = at.p2m + pages_of(role->plan->pages * (wide ? 8 : 4));
    at.console = at.start_info + 1;
    at.tables = at.console + 1;

    /* A table of the lowest level for each 2M, which may need another one. */
    at.nr_tables = 0;
    do {
        at.nr_tables++;
        at.stack = at.tables + at.nr_tables + 3;
        at.mapped = ROUNDUP(at.stack + 1 + pages_of(SPARE),
                            2 * PAE_L1_PT_ENTRIES);
    } while ( at.nr_tables < at.mapped / PAE_L1_PT_ENTRIES );

    return at;
}

int pv_prepare(struct role *role)
{
    xen_domctl_t op = { .u.address_size.size = 32 };

    if ( role->image.wide )
        return 0;

    return xen_domctl(XEN_DOMCTL_set_address_size, role->domid, &op);
}

static uint64_t entry_of(const struct role *role, unsigned long pfn,
                         uint64_t flags)
{
    return (role->frames[pfn] << PAGE_SHIFT) | flags;
}

/*
 * From bottom to top.  The tables are @l1[], the second level, the third, and
 * the fourth; or, of a 32-bit guest, the second level for the last of the four
 * slots, in which Xen has mappings of its own.
 */
static void write_tables(const struct role *role, const struct layout *at)
{
    const bool wide = role->image.wide;
    const uint64_t flags = wide ? PF_SYM(A, U, RW, P) : PF_SYM(A, RW, P);
    const uint64_t table_flags = wide ? PF_SYM(AD, U, RW, P)
                                      : PF_SYM(AD, RW, P);
    unsigned long l2 = at->tables + at->nr_tables, l3 = l2 + 1, top = l3 + 1;
    unsigned long pfn, i;
    uint64_t *table = NULL;

    for ( pfn = 0; pfn < at->mapped; ++pfn )
    {
        bool is_table = pfn >= at->tables && pfn <= top;

        if ( pfn % PAE_L1_PT_ENTRIES == 0 )
            table = memory_show(role, role->frames[at->tables +
                                                   pfn / PAE_L1_PT_ENTRIES]);
        table[pfn % PAE_L1_PT_ENTRIES] =
            entry_of(role, pfn, is_table ? flags & ~(uint64_t)_PAGE_RW : flags);
    }

    memory_clear(role, l2, 3);

    table = memory_show(role, role->frames[l2]);
    for ( i = 0; i < at->mapped / PAE_L1_PT_ENTRIES; ++i )
        table[i] = entry_of(role, at->tables + i, table_flags);

    table = memory_show(role, role->frames[l3]);
    table[0] = entry_of(role, l2, wide ? table_flags : PF_SYM(P));
    if ( !wide )
        table[3] = entry_of(role, top, PF_SYM(P));
    else
    {
        table = memory_show(role, role->frames[top]);
        table[0] = entry_of(role, l3, table_flags);
    }
}

/* The page of the top level: that of the third, in a 32-bit guest. */
static unsigned long top_table(const struct role *role,
                               const struct layout *at)
{
    return at->tables + at->nr_tables + (role->image.wide ? 2 : 1);
}

static int pin_tables(const struct role *role, const struct layout *at)
{
    mmuext_op_t op = {
        .cmd = role->image.wide ? MMUEXT_PIN_L4_TABLE : MMUEXT_PIN_L3_TABLE,
        .arg1.mfn = role->frames[top_table(role, at)],
    };

    /* Xen takes no page for a table that somebody may write. */
    memory_hide();

    return hypercall_mmuext_op(&op, 1, NULL, role->domid);
}

static void write_p2m(const struct role *role, const struct layout *at)
{
    unsigned long pfn;

    for ( pfn = 0; pfn < role->plan->pages; ++pfn )
        if ( role->image.wide )
            memory_write(role, (at->p2m << PAGE_SHIFT) + pfn * 8,
                         &role->frames[pfn], 8);
        else
            memory_write(role, (at->p2m << PAGE_SHIFT) + pfn * 4,
                         &role->frames[pfn], 4);
}

static void write_start_info(const struct role *role, const struct layout *at,
                             uint64_t shared_info)
{
    const uint64_t addr = at->start_info << PAGE_SHIFT;
    const uint64_t top = top_table(role, at);

    memory_clear(role, at->start_info, 1);

    if ( role->image.wide )
    {
        start_info_t si = {
            .magic = "xen-3.0-x86_64",
            .nr_pages = role->plan->pages,
            .shared_info = shared_info,
            .console.domU = {
                .mfn = role->console_frame, .evtchn = role->console_there,
            },
            .pt_base = top << PAGE_SHIFT,
            .nr_pt_frames = at->nr_tables + 3,
            .mfn_list = at->p2m << PAGE_SHIFT,
        };

        memcpy(si.cmd_line, role->cmdline, sizeof(si.cmd_line));
        memory_write(role, addr, &si, sizeof(si));
    }
    else
    {
        struct start_info_32 si = {
            .magic = "xen-3.0-x86_32p",
            .nr_pages = role->plan->pages,
            .shared_info = shared_info,
            .console_mfn = role->console_frame,
            .console_evtchn = role->console_there,
            .pt_base = top << PAGE_SHIFT,
            .nr_pt_frames = at->nr_tables + 3,
            .mfn_list = at->p2m << PAGE_SHIFT,
        };

        memcpy(si.cmd_line, role->cmdline, sizeof(si.cmd_line));
        memory_write(role, addr, &si, sizeof(si));
    }
}

static int set_vcpu(const struct role *role, const struct layout *at)
{
    static vcpu_guest_context_t context;
    static struct context_32 narrow;
    const uint64_t top = role->frames[top_table(role, at)];
    const unsigned long sp = (at->stack + 1) << PAGE_SHIFT;
    const unsigned long si = at->start_info << PAGE_SHIFT;
    xen_domctl_t op = { .u.vcpucontext.vcpu = 0 };

    if ( role->image.wide )
    {
        context = (vcpu_guest_context_t){
            .flags = VGCF_in_kernel | VGCF_online,
            .user_regs = {
                .rip = role->image.entry, .rsp = sp, .rsi = si,
                .rflags = X86_EFLAGS_IF,
                .cs = FLAT_KERNEL_CS, .ss = FLAT_KERNEL_SS,
            },
            .kernel_ss = FLAT_KERNEL_SS, .kernel_sp = sp,
            .ctrlreg[3] = xen_pfn_to_cr3(top),
        };
        op.u.vcpucontext.ctxt.p = &context;
    }
    else
    {
        narrow = (struct context_32){
            .flags = VGCF_in_kernel | VGCF_online,
            .eip = role->image.entry, .esp = sp, .esi = si,
            .eflags = X86_EFLAGS_IF,
            .cs = CS_32, .ss = DS_32, .ds = DS_32, .es = DS_32,
            .kernel_ss = DS_32, .kernel_sp = sp,
            .ctrlreg[3] = (uint32_t)(top << 12 | top >> 20),
        };
        op.u.vcpucontext.ctxt.p = &narrow;
    }

    return xen_domctl(XEN_DOMCTL_setvcpucontext, role->domid, &op);
}

static int set_hypercall_page(const struct role *role)
{
    xen_domctl_t op = {
        .u.hypercall_init.gmfn =
            role->frames[role->image.hypercall_page >> PAGE_SHIFT],
    };

    return xen_domctl(XEN_DOMCTL_hypercall_init, role->domid, &op);
}

int pv_build(struct role *role)
{
    const struct layout at = lay_out(role);
    struct xen_domctl_getdomaininfo info;

    if ( at.mapped > role->plan->pages )
        return -ENOMEM;
    if ( !domain_info(role->domid, &info) )
        return -ESRCH;

    role->console_frame = role->frames[at.console];
    memory_clear(role, at.console, 1);

    write_p2m(role, &at);
    write_start_info(role, &at, info.shared_info_frame << PAGE_SHIFT);
    write_tables(role, &at);

    return set_hypercall_page(role) ?: pin_tables(role, &at) ?:
        set_vcpu(role, &at);
}
