/*
 * What a guest finds in its device tree, and the rings by HVM parameters.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/mm.h>
#include <arch/pagetable.h>
#include <arch/setup.h>

/*
 * Set by the boot code, after it cleared .bss and before C code runs; in .data,
 * since nothing clears that.
 */
paddr_t fdt_paddr __section(".data") = 0;
paddr_t image_paddr __section(".data") = 0;

struct fdt device_tree;

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

/* The header says how much more there is to be mapped. */
void read_device_tree(void)
{
    const void *blob;
    uint32_t size;

    if ( device_tree.structure )
        return;

    blob = linear_map(fdt_paddr, FDT_HEADER_SIZE, PTE_BLOCK_NORMAL);
    size = blob ? fdt_size(blob) : 0;

    if ( !size || !linear_map(fdt_paddr, size, PTE_BLOCK_NORMAL) ||
         !fdt_open(&device_tree, blob, size) )
        panic("No device tree at %#" PRIx64 "\n", fdt_paddr);
}

static const char *command_line(void)
{
    const int chosen = fdt_child_of_root(&device_tree, "chosen");
    uint32_t len = 0;
    const char *line = fdt_prop(&device_tree, chosen, "bootargs", &len);

    return line && strnlen(line, len) < len ? line : NULL;
}

/* A ring by its two HVM parameters.  NULL where the toolstack made none. */
static void *find_ring(unsigned int pfn_param, unsigned int port_param,
                       evtchn_port_t *port)
{
    uint64_t pfn, evtchn;

    if ( hvm_get_param(pfn_param, &pfn) || !pfn || pfn >= PTE_ADDRESS >> PAGE_SHIFT ||
         hvm_get_param(port_param, &evtchn) || !evtchn )
        return NULL;

    *port = evtchn;

    return linear_map(pfn << PAGE_SHIFT, PAGE_SIZE, PTE_BLOCK_NORMAL);
}

void arch_init_platform(struct xtf_platform *found)
{
    read_device_tree();
    map_shared_info();

    found->cmdline = command_line();
    found->console = find_ring(HVM_PARAM_CONSOLE_PFN, HVM_PARAM_CONSOLE_EVTCHN,
                               &found->console_port);
    found->store = find_ring(HVM_PARAM_STORE_PFN, HVM_PARAM_STORE_EVTCHN,
                             &found->store_port);
}
