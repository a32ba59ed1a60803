/*
 * Check heapsort(), 64-bit division, bit and atomic operations.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "check.h"

#include <xtf/bitops.h>

#include <arch/div.h>

/* Sorted by key; the tag tells elements apart. */
struct elem
{
    int key;
    unsigned int tag;
    char pad[4];
};

static unsigned int nr_swaps;

static int cmp_elem(const void *a, const void *b)
{
    const struct elem *ea = a, *eb = b;

    return (ea->key > eb->key) - (ea->key < eb->key);
}

static void swap_elem(void *a, void *b)
{
    struct elem tmp = *(struct elem *)a;

    *(struct elem *)a = *(struct elem *)b;
    *(struct elem *)b = tmp;
    nr_swaps++;
}

static void check_heapsort(void)
{
    static struct elem elems[202];
    static bool seen[200];

    for ( unsigned int nr = 0; nr <= 200; nr++ )
        for ( unsigned int keys = 1; keys <= 1000; keys *= 10 )
        {
            bool sorted = true, complete = true;

            for ( unsigned int i = 0; i < ARRAY_SIZE(elems); i++ )
                elems[i] = (struct elem){ .key = (int)rnd(keys) - 5, .tag = i };
            for ( unsigned int i = 0; i < ARRAY_SIZE(seen); i++ )
                seen[i] = false;

            nr_swaps = 0;
            heapsort(elems + 1, nr, sizeof(elems[0]), cmp_elem, nr & 1 ? swap_elem : NULL);

            for ( unsigned int i = 1; i <= nr; i++ )
            {
                unsigned int tag = elems[i].tag - 1;

                if ( i > 1 && elems[i - 1].key > elems[i].key )
                    sorted = false;
                if ( tag >= nr || seen[tag] )
                    complete = false;
                else
                    seen[tag] = true;
            }
            CHECK(sorted, nr);
            CHECK(complete && elems[0].tag == 0 && elems[nr + 1].tag == nr + 1, nr);
            CHECK(nr < 2 || !(nr & 1) || nr_swaps, nr);
        }
}

static void check_div(void)
{
    for ( unsigned int i = 0; i < 1000; i++ )
    {
        uint64_t val = ((uint64_t)rnd(~0u) << 32 | rnd(~0u)) >> rnd(64), quot = val;
        uint32_t divisor = (rnd(~0u) >> rnd(32)) | 1, rem = divmod64(&quot, divisor);

        CHECK(rem < divisor && quot * divisor + rem == val && quot <= val, divisor);
    }

    uint64_t max = ~0ull;

    CHECK(divmod64(&max, ~0u) == 0 && max == 0x100000001ull, 0);
}

static void check_bits(void)
{
    unsigned long map[4], ref[4];
    struct
    {
        uint8_t b;
        uint16_t w;
        uint32_t l;
        uint64_t q;      /* At a 4-byte boundary in 32 bits */
        uint8_t end;
    } v;

    for ( unsigned int nr = 0; nr < sizeof(map) * 8; nr++ )
        for ( unsigned int fill = 0; fill < 2; fill++ )
        {
            unsigned char *byte = (unsigned char *)ref + nr / 8;

            memset(map, fill ? 0xff : 0, sizeof(map));
            memset(ref, fill ? 0xff : 0, sizeof(ref));

            CHECK(test_bit(nr, map) == fill, nr);
            *byte |= 1u << (nr % 8);
            CHECK(test_and_set_bit(nr, map) == fill && same(map, ref, sizeof(map)), nr);
            set_bit(nr, map);
            CHECK(test_bit(nr, map) && same(map, ref, sizeof(map)), nr);
            *byte &= ~(1u << (nr % 8));
            CHECK(test_and_clear_bit(nr, map) && same(map, ref, sizeof(map)), nr);
            clear_bit(nr, map);
            CHECK(!test_and_clear_bit(nr, map) && same(map, ref, sizeof(map)), nr);
            *byte |= 1u << (nr % 8);
            CHECK(!test_and_change_bit(nr, map) && same(map, ref, sizeof(map)), nr);
            *byte &= ~(1u << (nr % 8));
            change_bit(nr, map);
            CHECK(!test_bit(nr, map) && same(map, ref, sizeof(map)), nr);
        }

    memset(&v, 0xff, sizeof(v));

#define CHECK_ATOMIC(field, one, two)                                                           \
    STORE_RELEASE(&v.field, one);                                                               \
    CHECK(xchg(&v.field, two) == one && LOAD_ACQUIRE(&v.field) == two, sizeof(v.field));        \
    CHECK(cmpxchg(&v.field, one, 0) == two && ACCESS_ONCE(v.field) == two, sizeof(v.field));    \
    CHECK(cmpxchg(&v.field, two, one) == two && v.field == one, sizeof(v.field));               \
    CHECK(fetch_add(&v.field, 1) == one && v.field == one + 1, sizeof(v.field));                \
    CHECK(fetch_and(&v.field, 0xf) == one + 1 && v.field == ((one + 1) & 0xf), sizeof(v.field)); \
    CHECK(fetch_or(&v.field, two) == ((one + 1) & 0xf) && v.field == (((one + 1) & 0xf) | two), sizeof(v.field))

    CHECK_ATOMIC(b, 0x12, 0x34);
    CHECK(v.w == 0xffff && v.l == ~0u && v.q == ~0ull, 0);
    CHECK_ATOMIC(w, 0x1234, 0x5678);
    CHECK(v.l == ~0u && v.q == ~0ull, 0);
    CHECK_ATOMIC(l, 0x12345678, 0x43218765);
    CHECK(v.q == ~0ull, 0);
    CHECK_ATOMIC(q, 0x123456789abcdefull, 0xfedcba9876543210ull);
    CHECK(v.end == 0xff, 0);
}

void check_primitives(void)
{
    check_heapsort();
    check_div();
    check_bits();
}
