/*
 * Addresses, page tables, descriptors, and atomic operations.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

static uint8_t page[PAGE_SIZE] __page_aligned_bss;

CASE("virt_to_pfn(), pfn_to_virt() and others: an address -> converted back to its page")
{
    const uint8_t *va = page + 0x123;

    expect_hex(virt_to_pfn(va), _u(page) >> PAGE_SHIFT);
    expect_hex(_u(pfn_to_virt(virt_to_pfn(va))), _u(page));
    expect_hex(_u(gfn_to_virt(virt_to_gfn(va))), _u(page));

#ifdef CONFIG_PV
    expect_hex(_u(mfn_to_virt(virt_to_mfn(va))), _u(page));
    expect_hex(mfn_to_pfn(pfn_to_mfn(virt_to_pfn(va))), virt_to_pfn(va));
    expect_hex(virt_to_maddr(va),
               ((paddr_t)virt_to_mfn(va) << PAGE_SHIFT) + 0x123);
    expect_hex(_u(maddr_to_virt(virt_to_maddr(va))), _u(va));
#else
    expect_hex(virt_to_gfn(va), virt_to_pfn(va));
#endif
}

CASE("pte_from_paddr(), pte_from_gfn(), pte_from_virt(): address and flags -> entry")
{
    const uint64_t flags = PF_SYM(AD, RW, P);

    expect_hex(pte_from_paddr(0x12345678, flags), 0x12345063);
    expect_hex(pte_from_gfn(0x12345, flags), 0x12345063);
    expect_hex(pte_from_virt(page + 0x123, flags),
               pte_from_gfn(virt_to_gfn(page), flags));
    expect_hex(pte_to_paddr(pte_from_gfn(0x12345, ~0ull >> 52)), 0x12345000);

#if PTE_SIZE == 8
    /* Frames above 4G, with flags above both. */
    expect_hex(pte_from_gfn(0xfedcba98, PF_SYM(NX, P)), 0x80000fedcba98001ull);
    expect_hex(pte_to_paddr(0x80000fedcba98001ull), 0xfedcba98000ull);
#endif
}

CASE("l1_table_offset() to l4_table_offset(): an address -> index at that level")
{
#if CONFIG_PAGING_LEVELS == 2
    const unsigned long va = 3ul << 22 | 5ul << 12 | 7;
#else
    const unsigned long va = 3ul << 21 | 5ul << 12 | 7;
#endif

    expect_eq(l1_table_offset(va), 5);
    expect_eq(l2_table_offset(va), 3);
#if CONFIG_PAGING_LEVELS >= 3
    expect_eq(l3_table_offset(2ul << 30 | va), 2);
#endif
#if CONFIG_PAGING_LEVELS == 4
    expect_eq(l4_table_offset(0xffff880000000000ul), 272);
#endif
    expect_eq(PTE_SIZE, sizeof(intpte_t));
}

#if defined(CONFIG_HVM) && CONFIG_PAGING_LEVELS > 0
CASE("boot page tables: HVM -> identity map with user pages as linked")
{
    const intpte_t l1e = l1_identmap[virt_to_pfn(page)];

    expect_hex(read_cr3(), _u(cr3_target));
    expect_hex(pte_to_paddr(l1e), _u(page));
    expect_hex(l1e & PF_SYM(U, RW, P), PF_SYM(RW, P));
    expect_hex(l1_identmap[virt_to_pfn(user_stack)] & PF_SYM(U, RW, P),
               PF_SYM(U, RW, P));
    expect_hex(pte_to_paddr(l2_identmap[0]), _u(l1_identmap));
    expect_hex(l2_identmap[5] & PF_SYM(PSE, P), PF_SYM(PSE, P));
    expect_hex(pte_to_paddr(l2_identmap[5]), 5ul << L2_PT_SHIFT);
#if CONFIG_PAGING_LEVELS >= 3
    expect_hex(pte_to_paddr(l3_identmap[3]),
               _u(&l2_identmap[3 * L2_PT_ENTRIES]));
#endif
#if CONFIG_PAGING_LEVELS == 4
    expect_hex(pte_to_paddr(l4_identmap[0]), _u(l3_identmap));
#endif
}
#endif

#if CONFIG_PAGING_LEVELS > 0

static uint8_t other_page[PAGE_SIZE] __page_aligned_bss;

/* Map the frame of one page at the address of another. */
static long map_at(const void *va, const void *of)
{
    return set_l1e(va, pte_from_virt(of, PF_SYM(AD, RW, P)));
}

CASE("set_l1e(): frame of another page -> that page is mapped")
{
    ACCESS_ONCE(page[0]) = 1;
    ACCESS_ONCE(other_page[0]) = 2;

    require_ok(map_at(page, other_page));
    expect_eq(ACCESS_ONCE(page[0]), 2);
    ACCESS_ONCE(page[1]) = 3;
    expect_eq(ACCESS_ONCE(other_page[1]), 3);

    require_ok(map_at(page, page));
    expect_eq(ACCESS_ONCE(page[0]), 1);
}

#endif /* CONFIG_PAGING_LEVELS > 0 */

static void restore_fs(void *sel)
{
    write_fs(_u(sel));
    update_desc(&gdt[GDTE_AVAIL0], (user_desc){});
}

CASE("update_desc(): data segment with a base -> loaded, access relative to the base")
{
    static const uint32_t words[] = { 0x01234567, 0x89abcdef };
    user_desc desc = GDTE_SYM(0, 0xfffff, COMMON, DATA, DPL3, B, W);
    uint32_t val;

    desc.base0 = _u(words) & 0xffff;
    desc.base1 = _u(words) >> 16;
    desc.base2 = _u(words) >> 24;

    xtf_case_cleanup(restore_fs, _p(read_fs()));
    require_ok(update_desc(&gdt[GDTE_AVAIL0], desc));

    write_fs((GDTE_AVAIL0 << 3) | 3);
    asm volatile ("mov %%fs:4, %0" : "=r" (val));
    expect_hex(val, words[1]);
    expect_hex(read_fs(), (GDTE_AVAIL0 << 3) | 3);
}

CASE("GDTE_SYM(), pack_gate(): fields -> descriptor as in the architecture manual")
{
    gate_desc gate;
    user_desc desc = GDTE_SYM(0x12345678, 0xabcde, COMMON, CODE, DPL0, R, D);

    expect_hex(desc.raw, 0x12ca9b345678bcdeull);

    pack_gate(&gate, 0xe, 0x12345678, 0x10, 3, 0);
    expect_hex(*(uint64_t *)&gate, 0x1234ee0000105678ull);
}

CASE("set_bit(), test_and_change_bit() and others: bits of a bitmap -> changed, old value")
{
    static const unsigned int bits[] = { 0, 7, 31, 32, 63, 64, 100 };
    unsigned long map[128 / BITS_PER_LONG] = {};
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(bits); ++i )
    {
        const unsigned int nr = bits[i];
        const uint8_t *byte = (const uint8_t *)map + nr / 8;

        expect_false(test_bit(nr, map));
        set_bit(nr, map);
        expect_true(test_bit(nr, map));
        expect_hex(*byte, 1u << nr % 8);
        expect_true(test_and_set_bit(nr, map));
        expect_true(test_and_clear_bit(nr, map));
        expect_false(test_and_clear_bit(nr, map));
        expect_false(test_and_change_bit(nr, map));
        expect_true(test_and_change_bit(nr, map));
        expect_false(test_and_set_bit(nr, map));
        clear_bit(nr, map);
        expect_fill(map, 0, sizeof(map));
    }
}

CASE("cmpxchg(), xchg(), fetch_add() and others: 8 to 64 bits -> old value returned, new value stored")
{
    uint8_t u8[3] = { 0x11, 0x22, 0x33 };
    uint32_t u32 = 5;
    uint64_t u64 = 0x100000000ull;

    expect_hex(cmpxchg(&u8[1], 0x22, 0x44), 0x22);
    expect_hex(cmpxchg(&u8[1], 0x22, 0x55), 0x44);
    expect_mem(u8, "\x11\x44\x33", 3);

    expect_eq(xchg(&u32, 9), 5);
    expect_eq(fetch_add(&u32, 2), 9);
    expect_eq(fetch_or(&u32, 4), 11);
    expect_eq(fetch_and(&u32, 6), 15);
    expect_eq(u32, 6);

    expect_hex(cmpxchg(&u64, 0x100000000ull, 0x200000001ull), 0x100000000ull);
    expect_hex(u64, 0x200000001ull);

    STORE_RELEASE(&u32, 77);
    smp_mb();
    expect_eq(LOAD_ACQUIRE(&u32), 77);
}
