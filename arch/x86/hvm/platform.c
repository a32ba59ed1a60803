/*
 * What an HVM guest finds: hypercalls by CPUID, rings by HVM parameters.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/lib.h>
#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/setup.h>
#include <arch/smp.h>
#include <arch/symbolic-const.h>

#include <xen/arch-x86/cpuid.h>

/* Whatever is written to it stands in Xen's log, a line at a time. */
#define XEN_DEBUG_PORT 0xe9

uint32_t pvh_start_info_paddr;
struct hvm_start_info *pvh_start_info;

void arch_init_hypercalls(void)
{
    uint32_t leaf, eax, ebx, ecx, edx;

    /* Other interfaces that Xen offers may come first and move Xen's up. */
    for ( leaf = 0x40000000; leaf < 0x40010000; leaf += 0x100 )
    {
        cpuid(leaf, &eax, &ebx, &ecx, &edx);
        if ( ebx == XEN_CPUID_SIGNATURE_EBX &&
             ecx == XEN_CPUID_SIGNATURE_ECX &&
             edx == XEN_CPUID_SIGNATURE_EDX )
            break;
    }

    cpuid(leaf + 2, &eax, &ebx, &ecx, &edx);
    wrmsr(ebx, _u(hypercall_page));
    barrier();
}

static void debug_port_write(const char *buf, size_t len)
{
    rep_outsb(buf, len, XEN_DEBUG_PORT);
}

const cons_output_cb arch_debug_console = debug_port_write;

static void map_shared_info(void)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_shared_info,
        .gpfn = virt_to_gfn(&shared_info),
    };
    long rc = hypercall_memory_op(XENMEM_add_to_physmap, &op);

    if ( rc )
        panic("Cannot map the shared info page: %ld\n", rc);
}

/* A ring by its two HVM parameters.  NULL where the toolstack made none. */
static void *find_ring(unsigned int pfn_param, unsigned int port_param,
                       evtchn_port_t *port)
{
    uint64_t pfn, evtchn;

    if ( hvm_get_param(pfn_param, &pfn) || !pfn || pfn >= (GB(4) >> PAGE_SHIFT) ||
         hvm_get_param(port_param, &evtchn) || !evtchn )
        return NULL;

    *port = evtchn;

    return pfn_to_virt(pfn);
}

static void read_start_info(struct xtf_platform *found)
{
    struct hvm_start_info *info = _p(pvh_start_info_paddr);

    /* A loader other than Xen's and libxl's may leave anything in %ebx. */
    if ( pvh_start_info_paddr < PAGE_SIZE ||
         info->magic != XEN_HVM_START_MAGIC_VALUE )
        return;

    pvh_start_info = info;

    found->cmdline = _p(info->cmdline_paddr);
}

void arch_init_platform(struct xtf_platform *found)
{
    map_shared_info();

    found->console = find_ring(HVM_PARAM_CONSOLE_PFN, HVM_PARAM_CONSOLE_EVTCHN,
                               &found->console_port);
    found->store = find_ring(HVM_PARAM_STORE_PFN, HVM_PARAM_STORE_EVTCHN,
                             &found->store_port);

    read_start_info(found);
}

#if CONFIG_PAGING_LEVELS > 0
void arch_guard_page(const void *va)
{
    remap_l1e(va, PF_SYM(AD, P));
}

void arch_init_mm(void)
{
    const uint8_t *va;

    for ( va = boot_stack_guard; va < boot_stack; va += PAGE_SIZE )
        arch_guard_page(va);

    for ( va = __start_user_text; va < __end_user_text; va += PAGE_SIZE )
        remap_l1e(va, PF_SYM(AD, U, RW, P));

    for ( va = __start_user_data; va < __end_user_bss; va += PAGE_SIZE )
        remap_l1e(va, PF_SYM(AD, U, RW, P));
}
#else
void arch_guard_page(const void *va)
{
    /* Without paging, everything is there to be written. */
}

void arch_init_mm(void)
{
    uint8_t *null = NULL;

    /*
     * Without paging, every address is reachable by everyone, and a jump to
     * NULL runs into what is there.  Let that be breakpoints.  The compiler
     * must not know that the pointer is NULL.
     */
    asm ("" : "+r" (null));
    memset(null, 0xcc, PAGE_SIZE);
}
#endif
