/*
 * What becomes of a page that is granted, or of a place where one is mapped:
 * can it be read and written, is it still in use?
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/gnttab_case.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>

#include <arch/mm.h>
#include <arch/probe.h>

static uint8_t scratch[PAGE_SIZE] __page_aligned_bss __maybe_unused;

exinfo_t gnt_probe_read(const void *va)
{
    return probe_read8(va);
}

exinfo_t gnt_probe_write(void *va, uint8_t val)
{
    return probe_write8(va, val);
}

#if ABSENT_PAGES_FAULT
bool gnt_present(const void *at)
{
    return !gnt_probe_read(at);
}
#else
bool gnt_present(const void *at)
{
    struct gnttab_copy op = {
        .source = { .u.gmfn = virt_to_gfn(at), .domid = DOMID_SELF },
        .dest = { .u.gmfn = virt_to_gfn(scratch), .domid = DOMID_SELF },
        .len = 1,
    };
    const volatile uint8_t *byte = at;
    unsigned int i;

    if ( gnt_copy(&op) == GNTST_okay )
        return true;

    /*
     * Some releases refuse to copy from what is itself a mapping of a grant.
     * Where nothing is, every byte reads as 0xff.
     */
    for ( i = 0; (const char *)at < _end && i < 16; ++i )
        if ( byte[i] != 0xff )
            return true;

    return false;
}
#endif

#ifdef CONFIG_PV
static int mmuext(unsigned int cmd, unsigned long mfn)
{
    mmuext_op_t op = { .cmd = cmd, .arg1.mfn = mfn };

    return hypercall_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

bool gnt_can_be_pagetable(void *va)
{
    unsigned long mfn = virt_to_mfn(va);
    bool ok;

    /* Its content would have to be one, too. */
    memcpy(scratch, va, PAGE_SIZE);
    memset(va, 0, PAGE_SIZE);

    if ( page_vacate(va) )
        panic("Cannot unmap a page of this kernel\n");

    ok = !mmuext(MMUEXT_PIN_L1_TABLE, mfn);
    if ( ok && mmuext(MMUEXT_UNPIN_TABLE, mfn) )
        panic("Cannot unpin a page table\n");

    if ( page_restore(va) )
        panic("Cannot map a page of this kernel again\n");
    memcpy(va, scratch, PAGE_SIZE);

    return ok;
}

bool gnt_unreferenced(void *va)
{
    unsigned long mfn = virt_to_mfn(va), pfn = virt_to_pfn(va), out = pfn;
    struct xen_memory_exchange op = {
        .in = { .extent_start = &mfn, .nr_extents = 1, .domid = DOMID_SELF },
        .out = { .extent_start = &out, .nr_extents = 1, .domid = DOMID_SELF },
    };
    bool ok;

    if ( page_vacate(va) )
        panic("Cannot unmap a page of this kernel\n");

    ok = !hypercall_memory_op(XENMEM_exchange, &op) && op.nr_exchanged == 1;
    if ( ok )
        p2m[pfn] = out;

    if ( page_restore(va) )
        panic("Cannot map a page of this kernel again\n");

    return ok;
}
#else
bool gnt_unreferenced(void *va)
{
    (void)va;

    return true;
}
#endif
