/*
 * What PV guests have beyond HVM guests: mappings for devices, mappings named
 * by their page table entry, and bits of that entry.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/gnttab_case.h>
#include <xtf.h>

#ifdef CONFIG_PV

GNTTAB_CASE("map: for devices, writable")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map, NULL);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(map.dev_bus_addr, virt_to_maddr(gnt_page[0]));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    /* What a device may write to can be no page table. */
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: for devices, read-only")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map | GNTMAP_readonly, NULL);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(map.dev_bus_addr, virt_to_maddr(gnt_page[0]));
    expect_hex(gnttab_in_use(ref), GTF_reading);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

/* A writable and a read-only mapping for devices; one of them goes first. */
static void map_devices_twice(bool writable_first)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref rw = gnt_map_op(ref, GNTMAP_device_map, NULL);
    struct gnttab_map_grant_ref ro =
        gnt_map_op(ref, GNTMAP_device_map | GNTMAP_readonly, NULL);

    require_gntst(gnt_map(&rw), GNTST_okay);
    require_gntst(gnt_map(&ro), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    require_gntst(gnt_undo(writable_first ? &rw : &ro), GNTST_okay);
    expect_hex(gnttab_in_use(ref),
               writable_first ? GTF_reading : GTF_reading | GTF_writing);
    expect_eq(gnt_can_be_pagetable(gnt_page[0]), writable_first);

    require_gntst(gnt_undo(writable_first ? &ro : &rw), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: for devices, twice; the writable one goes first")
{
    map_devices_twice(true);
}

GNTTAB_CASE("map: for devices, twice; the read-only one goes first")
{
    map_devices_twice(false);
}

GNTTAB_CASE("map: for devices, writable, of a read-only grant")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_device_map, NULL);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
}

/* Undo only one half of a mapping. */
static int undo_half(const struct gnttab_map_grant_ref *map, unsigned int half)
{
    struct gnttab_unmap_grant_ref op = gnt_unmap_op(map);

    if ( half == GNTMAP_host_map )
        op.dev_bus_addr = 0;
    else
        op.host_addr = 0;

    return gnt_unmap(&op);
}

GNTTAB_CASE("map: for host and devices; the host's half goes first")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);

    require_gntst(undo_half(&map, GNTMAP_host_map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(undo_half(&map, GNTMAP_device_map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: for host and devices; the devices' half goes first")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_device_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    require_gntst(undo_half(&map, GNTMAP_device_map), GNTST_okay);
    expect_true(gnt_present(at));
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(undo_half(&map, GNTMAP_host_map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: for host and devices, read-only, both undone at once")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_readonly);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_device_map | GNTMAP_readonly, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_false(gnt_present(at));
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("map: for host and devices, by two requests")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref dev = gnt_map_op(ref, GNTMAP_device_map, NULL);
    struct gnttab_map_grant_ref host = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&dev), GNTST_okay);
    require_gntst(gnt_map(&host), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);

    /* The device was the one that could write. */
    require_gntst(gnt_undo(&dev), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

GNTTAB_CASE("map: for devices, as often as can be counted")
{
    static struct gnttab_map_grant_ref maps[300];
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    unsigned int i, nr;

    for ( nr = 0; nr < ARRAY_SIZE(maps); ++nr )
    {
        maps[nr] = gnt_map_op(
            ref, GNTMAP_device_map | (nr == 0 ? 0 : GNTMAP_readonly), NULL);
        if ( gnt_map(&maps[nr]) )
            break;
    }

    expect_range(nr, 100, ARRAY_SIZE(maps));
    if ( nr < ARRAY_SIZE(maps) )
        expect_gntst(maps[nr].status, GNTST_general_error);

    /* The writable one goes first: from then on, only reading is left. */
    for ( i = 0; i < nr; ++i )
    {
        require_gntst(gnt_undo(&maps[i]), GNTST_okay);
        if ( !expect_hex(gnttab_in_use(ref), i < nr - 1 ? GTF_reading : 0) )
            return;
    }
}

GNTTAB_CASE("map: a writable mapping keeps the page from being a page table")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map, gnt_at());

    expect_true(gnt_can_be_pagetable(gnt_page[0]));
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_false(gnt_can_be_pagetable(gnt_page[0]));
    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: a read-only mapping does not")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(
        ref, GNTMAP_host_map | GNTMAP_readonly, gnt_at());

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
}

GNTTAB_CASE("map: a page table cannot be mapped writable, for host or devices")
{
    const intpte_t *table = _p(_u(pv_l1e(gnt_page[0])) & PAGE_MASK);
    grant_ref_t ref = gnt_grant(table, 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));

    map.flags = GNTMAP_device_map;
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);

    map.flags = GNTMAP_device_map | GNTMAP_host_map;
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);

    /* Reading it does no harm. */
    map.flags = GNTMAP_host_map | GNTMAP_readonly;
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading);
}

GNTTAB_CASE("map: the address is that of the page table entry")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);

    map.host_addr = pv_l1e_maddr(at);
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);
    at[3] = 0x33;
    expect_hex(gnt_page[0][3], 0x33);

    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));
}

GNTTAB_CASE("map: page table entries that are none")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_contains_pte, NULL);
    const uint64_t addrs[] = {
        virt_to_maddr(gnt_page[1]),             /* Data. */
        _u(at),                                 /* No machine address. */
        (uint64_t)0x7ffffff0 << PAGE_SHIFT,     /* No memory. */
        ((uint64_t)1 << 62),                    /* No address. */
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(addrs); ++i )
    {
        map.host_addr = addrs[i];
        expect_gntst(gnt_map(&map), GNTST_general_error);
        expect_hex(gnttab_in_use(ref), 0);
    }
    expect_page_unchanged(1);
    expect_false(gnt_present(at));
}

GNTTAB_CASE("map: addresses without a page table")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, NULL);
    static const uint64_t addrs[] = {
#ifdef CONFIG_64BIT
        0x0000500000000000ull,      /* The guest's, but empty. */
        0xffff800000000000ull,      /* Xen's. */
        0x8000000000000000ull,      /* Not canonical. */
#else
        0x90000000,                 /* Empty. */
        0xf5800000,                 /* Xen's. */
        0x100000000ull,             /* Beyond what the guest can address. */
#endif
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(addrs); ++i )
    {
        map.host_addr = addrs[i];
        expect_gntst(gnt_map(&map), GNTST_general_error);
        expect_hex(gnttab_in_use(ref), 0);
    }
}

#ifdef CONFIG_32BIT
GNTTAB_CASE("map: an address whose low half is good")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    map.host_addr |= 1ull << 32;
    expect_gntst(gnt_map(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), 0);
    expect_false(gnt_present(at));
}
#endif

GNTTAB_CASE("map: the entry has the access asked for")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(pte_to_paddr(*pv_l1e(at)), virt_to_maddr(gnt_page[0]));
    expect_hex(*pv_l1e(at) & (_PAGE_PRESENT | _PAGE_RW),
               _PAGE_PRESENT | _PAGE_RW);
    require_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(*pv_l1e(at), 0);

    map.flags |= GNTMAP_readonly;
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(*pv_l1e(at) & (_PAGE_PRESENT | _PAGE_RW), _PAGE_PRESENT);
}

GNTTAB_CASE("map: available bits of the entry")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    unsigned int bits;

    for ( bits = 0; bits < 8; ++bits )
    {
        struct gnttab_map_grant_ref map = gnt_map_op(
            ref, GNTMAP_host_map | (bits << _GNTMAP_guest_avail0), at);

        require_gntst(gnt_map(&map), GNTST_okay);
        expect_hex(*pv_l1e(at) & _PAGE_AVAIL, bits << 9);
        require_gntst(gnt_undo(&map), GNTST_okay);
    }
}

GNTTAB_CASE("map: cacheability is for frames that are no memory")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], GTF_PWT | GTF_PCD | GTF_PAT);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(*pv_l1e(at) & (_PAGE_PWT | _PAGE_PCD | _PAGE_PSE), 0);
}

#ifdef CONFIG_32BIT
/* A byte, read in user mode; -1 if it cannot be. */
static unsigned long __user_text read_as_user(unsigned long addr)
{
    unsigned long fault = 0, val;

    asm volatile ("1: movzbl (%[addr]), %[val]; 2:"
                  _ASM_EXTABLE_HANDLER(1b, 2b, ex_record_fault_eax)
                  : "+a" (fault), [val] "=&r" (val) : [addr] "r" (addr));

    return fault ? ~0ul : val;
}

GNTTAB_CASE("map: user mode has access if asked for")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    void *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(exec_user_param(read_as_user, _u(at)), ~0ul);
    require_gntst(gnt_undo(&map), GNTST_okay);

    map.flags |= GNTMAP_application_map;
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_hex(exec_user_param(read_as_user, _u(at)), gnt_page[0][0]);
}
#endif

#endif /* CONFIG_PV */
