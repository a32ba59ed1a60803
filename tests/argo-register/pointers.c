/*
 * The values of a ring's pointers after its first and a further registration.
 *
 * Only wildcard rings are registered again.  Xen 4.17 adds an entry to the
 * partner's list at each registration and unregister_ring removes one, so that
 * a debug build fails an assertion when a domain that is its own partner is
 * destroyed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/needs.h>

#include <arch/mm.h>

#define PORT    7
#define LEN     (2 * PAGE_SIZE - sizeof(xen_argo_ring_t))

static uint8_t old_frames[2][PAGE_SIZE] __page_aligned_bss;
static uint8_t new_frames[2][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring ring, again;

static int send(const void *msg, uint32_t len)
{
    return argo_send(argo_self(), PORT, 1, msg, len, 2);
}

/* Register a ring whose memory already holds these pointers. */
static bool open_at(uint32_t rx_ptr, uint32_t tx_ptr)
{
    argo_ring_init(&ring, old_frames, PORT, argo_self(), LEN);
    argo_ring_header(&ring)->rx_ptr = rx_ptr;
    argo_ring_header(&ring)->tx_ptr = tx_ptr;

    return expect_ok(argo_ring_register(&ring, 0));
}

/* The next message is written at this offset. */
static void expect_next_at(const struct argo_ring *r, uint32_t off)
{
    uint32_t rx_ptr = argo_ring_header(r)->rx_ptr;
    struct xen_argo_ring_message_header hdr;

    argo_ring_fill(r, 0, 0xee, LEN);
    expect_eq(argo_ring_header(r)->tx_ptr, off);
    expect_eq(send("x", 1), 1);
    expect_eq(argo_ring_header(r)->tx_ptr, (off + 32) % LEN);
    expect_eq(argo_ring_header(r)->rx_ptr, rx_ptr);

    argo_ring_read(r, off, &hdr, sizeof(hdr));
    expect_eq(hdr.len, sizeof(hdr) + 1);
}

CASE("register_ring: tx_ptr is a slot of the ring buffer -> first message is there")
{
    static const uint32_t tx[] = { 0, 16, 4016, 4032, LEN - 32, LEN - 16 };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(tx); ++i )
    {
        if ( open_at(tx[i], tx[i]) )
            expect_next_at(&ring, tx[i]);
        argo_ring_close(&ring);
    }
}

CASE("register_ring, unregister_ring: valid tx_ptr -> frames unchanged")
{
    static uint8_t before[2][PAGE_SIZE];

    memset(old_frames, 0xc3, sizeof(old_frames));
    argo_ring_init(&ring, old_frames, PORT, argo_self(), LEN);
    memset(argo_ring_header(&ring)->reserved, 0xc3, 56);
    argo_ring_header(&ring)->rx_ptr = 0xc3c3c3c3;
    argo_ring_header(&ring)->tx_ptr = 64;
    memcpy(before, old_frames, sizeof(before));

    xtf_case_cleanup(argo_ring_close, &ring);
    require_ok(argo_ring_register(&ring, 0));
    expect_mem(old_frames, before, sizeof(before));
    require_ok(argo_ring_unregister(&ring));
    expect_mem(old_frames, before, sizeof(before));
}

/* The ring is then empty: tx_ptr and rx_ptr name the same slot. */
CASE("register_ring: invalid tx_ptr -> set to rx_ptr, rounded up to a slot, or 0")
{
    static const uint32_t bad[] = {
        1, 15, 17, LEN - 1, LEN, LEN + 16, 1u << 31, 0xfffffff0, 0xffffffff,
    };
    static const struct { uint32_t rx, tx; } means[] = {
        { 0, 0 }, { 48, 48 }, { 33, 48 }, { 47, 48 }, { LEN - 16, LEN - 16 },
        { LEN - 15, 0 }, { LEN, 0 }, { LEN + 16, 0 }, { 0xfffffff0, 0 },
        { 0xffffffff, 0 },
    };
    unsigned int i, j;

    for ( i = 0; i < ARRAY_SIZE(bad); ++i )
        for ( j = 0; j < ARRAY_SIZE(means); ++j )
        {
            if ( open_at(means[j].rx, bad[i]) )
                expect_next_at(&ring, means[j].tx);
            argo_ring_close(&ring);
        }
}

/* A wildcard ring with one message, which the case registers again. */
static bool open_twice(uint32_t tx_ptr)
{
    memset(new_frames, 0xaa, sizeof(new_frames));
    argo_ring_init(&ring, old_frames, PORT, XEN_ARGO_DOMID_ANY, LEN);
    argo_ring_init(&again, new_frames, PORT, XEN_ARGO_DOMID_ANY, LEN);
    argo_ring_header(&again)->tx_ptr = tx_ptr;
    xtf_case_cleanup(argo_ring_close, &ring);

    return expect_ok(argo_ring_register(&ring, 0)) &&
        expect_eq(send("first", 5), 5);
}

CASE("register_ring: existing ring, new frames -> messages go to the new frames only")
{
    static uint8_t before[2][PAGE_SIZE];

    need_wildcard_rings();
    XTF_REQUIRE(open_twice(96));
    memcpy(before, old_frames, sizeof(before));

    require_ok(argo_ring_register(&again, 0));
    expect_next_at(&again, 96);
    expect_mem(old_frames, before, sizeof(before));
}

CASE("register_ring: existing ring, same frames -> message in the ring and tx_ptr kept")
{
    char text[5];

    need_wildcard_rings();
    XTF_REQUIRE(open_twice(0));

    require_ok(argo_ring_register(&ring, 0));
    expect_eq(argo_ring_header(&ring)->tx_ptr, 32);
    argo_ring_read(&ring, 16, text, 5);
    expect_mem(text, "first", 5);
    expect_next_at(&ring, 32);
}

CASE("register_ring: existing ring, invalid tx_ptr in new frames -> set to rx_ptr")
{
    need_wildcard_rings();
    XTF_REQUIRE(open_twice(LEN));

    argo_ring_header(&again)->rx_ptr = 48;
    require_ok(argo_ring_register(&again, 0));
    expect_next_at(&again, 48);
}

/* Xen refuses before it changes the existing ring. */
CASE("register_ring: existing ring, another len -> -EEXIST, ring unchanged")
{
    static const uint32_t lens[] = {
        ARGO_MIN_RING_SIZE, LEN - PAGE_SIZE, LEN - 16, LEN + 16,
        LEN + PAGE_SIZE,
    };
    static uint8_t many_frames[3][PAGE_SIZE] __page_aligned_bss;
    xen_argo_ring_data_ent_t ent;
    unsigned int i;

    memset(many_frames, 0xaa, sizeof(many_frames));
    xtf_case_cleanup(argo_ring_close, &ring);
    XTF_REQUIRE(open_at(0, 0));

    for ( i = 0; i < ARRAY_SIZE(lens); ++i )
    {
        argo_ring_init(&again, many_frames, PORT, argo_self(), lens[i]);
        expect_errno(argo_ring_register(&again, 0), -EEXIST);

        require_ok(argo_query(argo_self(), PORT, 0, &ent));
        expect_eq(ent.max_message_size, ARGO_MAX_PAYLOAD(LEN));
        expect_next_at(&ring, 32 * i);
        expect_eq(argo_ring_header(&again)->tx_ptr, 0);
    }
}

/* Xen releases the old frames before it checks the new ones. */
CASE("register_ring: existing ring, invalid GFN -> -EINVAL, ring is unregistered")
{
    const xen_argo_register_ring_t reg = {
        .aport = PORT, .partner_id = XEN_ARGO_DOMID_ANY, .len = LEN,
    };
    const xen_argo_gfn_t gfns[2] = { virt_to_gfn(new_frames[0]), ~0ULL };

    need_wildcard_rings();
    XTF_REQUIRE(open_twice(0));

    expect_errno(argo_register(&reg, gfns, 2, 0), -EINVAL);
    expect_errno(send("x", 1), -ECONNREFUSED);
    expect_errno(argo_ring_unregister(&ring), -ENOENT);
    expect_fill(new_frames[0], 0xaa, PAGE_SIZE);

    expect_ok(argo_ring_register(&ring, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST));
    expect_eq(send("x", 1), 1);
}
