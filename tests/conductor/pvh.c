/*
 * What a PVH domain starts with: its start information in memory, its console
 * by HVM parameters, and 32-bit registers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/xen_info.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

#include <arch/page.h>

#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/params.h>

#include "conductor.h"

/* The page of the console, above the memory, where libxl has it, too. */
#define CONSOLE_GFN    0xfeffful

/* One page: the structure, the memory map, the command line. */
struct start_page
{
    struct hvm_start_info info;
    struct hvm_memmap_table_entry map[2];
    char cmdline[1024];
};

static int set_param(const struct role *role, unsigned int idx, uint64_t value)
{
    struct xen_hvm_param op = {
        .domid = role->domid, .index = idx, .value = value,
    };

    return hypercall_hvm_op(HVMOP_set_param, &op);
}

static int set_vcpu(const struct role *role, uint64_t start_info)
{
    static vcpu_guest_context_t context;
    xen_domctl_t op = { .u.vcpucontext.vcpu = 0 };

    context = (vcpu_guest_context_t){
        .flags = VGCF_online,
        .user_regs = {
            .rip = role->image.entry, .rbx = start_info,
            .rflags = 2, /* Just what is always set. */
        },
    };
    op.u.vcpucontext.ctxt.p = &context;

    return xen_domctl(XEN_DOMCTL_setvcpucontext, role->domid, &op);
}

int pvh_build(struct role *role)
{
    uint64_t base = (uint64_t)(role->plan->pages - 1) << PAGE_SHIFT;
    struct start_page page = {
        .info = {
            .magic = XEN_HVM_START_MAGIC_VALUE,
            .version = 1,
            .cmdline_paddr = base + offsetof(struct start_page, cmdline),
            .memmap_paddr = base + offsetof(struct start_page, map),
            .memmap_entries = 2,
        },
        .map = {
            {
                .addr = 0, .size = (uint64_t)role->plan->pages << PAGE_SHIFT,
                .type = XEN_HVM_MEMMAP_TYPE_RAM,
            },
            {
                .addr = (uint64_t)CONSOLE_GFN << PAGE_SHIFT, .size = PAGE_SIZE,
                .type = XEN_HVM_MEMMAP_TYPE_RESERVED,
            },
        },
    };
    int rc = memory_populate(role, CONSOLE_GFN, 1);

    if ( rc )
        return rc;

    role->console_frame = CONSOLE_GFN;
    memset(memory_show(role, CONSOLE_GFN), 0, PAGE_SIZE);

    memcpy(page.cmdline, role->cmdline, sizeof(page.cmdline));
    memory_clear(role, base >> PAGE_SHIFT, 1);
    memory_write(role, base, &page, sizeof(page));

    return set_param(role, HVM_PARAM_CONSOLE_PFN, CONSOLE_GFN) ?:
        set_param(role, HVM_PARAM_CONSOLE_EVTCHN, role->console_there) ?:
        set_vcpu(role, base);
}
