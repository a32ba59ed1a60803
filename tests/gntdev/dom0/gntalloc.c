/*
 * /dev/xen/gntalloc: pages of dom0 that the microkernel maps.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "peer.h"

#define RW (PROT_READ | PROT_WRITE)

#define MANY 4

/* The structure with its references, of which the type has one. */
static union
{
    struct ioctl_gntalloc_alloc_gref op;
    uint32_t words[sizeof(struct ioctl_gntalloc_alloc_gref) / 4 + MANY];
} alloc;

static long allocate(unsigned int domid, unsigned int flags, unsigned int nr)
{
    memset(&alloc, 0, sizeof(alloc));
    alloc.op.domid = domid;
    alloc.op.flags = flags;
    alloc.op.count = nr;

    return linux_ioctl(gntalloc, IOCTL_GNTALLOC_ALLOC_GREF, &alloc);
}

static uint32_t gref(unsigned int nr)
{
    return alloc.words[offsetof(struct ioctl_gntalloc_alloc_gref, gref_ids) / 4
                       + nr];
}

static long deallocate(uint64_t index, unsigned int nr)
{
    struct ioctl_gntalloc_dealloc_gref op = { .index = index, .count = nr };

    return linux_ioctl(gntalloc, IOCTL_GNTALLOC_DEALLOC_GREF, &op);
}

static long notify(uint64_t index, uint32_t action, long port)
{
    struct ioctl_gntalloc_unmap_notify op = {
        .index = index, .action = action, .event_channel_port = port,
    };

    return linux_ioctl(gntalloc, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, &op);
}

/* Pages allocated for the microkernel, mmapped: NULL after a failure. */
static uint8_t *allocate_and_mmap(unsigned int flags, unsigned int nr)
{
    long rc = allocate(peer_domid, flags, nr), error;
    uint8_t *at;

    if ( !expect_ok(rc) )
        return NULL;
    at = mmap_of(gntalloc, alloc.op.index, nr, RW, &error);
    expect_msg(at, "mmap() of %u pages of gntalloc returned %ld", nr, error);

    return at;
}

/* Linux revokes a grant that is mapped when that ends, some time later. */
static void expect_revoked(uint32_t ref)
{
    uint64_t end = linux_now_ms() + 15000;
    long status;

    do {
        status = peer(REQ_MAP, ref, true, 7);
        if ( status == GNTST_okay )
            peer(REQ_UNMAP, 7, 0, 0);
    } while ( status == GNTST_okay && linux_now_ms() < end );

    expect_msg(status != GNTST_okay, "the microkernel maps reference %u of"
               " dom0, which is revoked", ref);
}

GNTALLOC_CASE("ALLOC_GREF: writable page -> zeroed, bytes shared with the mapping domain")
{
    uint8_t *at = allocate_and_mmap(GNTALLOC_FLAG_WRITABLE, 1);

    XTF_REQUIRE(at);
    expect_fill(at, 0, PAGE);
    require_gntst(peer(REQ_MAP, gref(0), false, 0), GNTST_okay);
    at[10] = 0x31;
    expect_hex(peer(REQ_MAP_PEEK, 0, 10, 0), 0x31);
    peer(REQ_MAP_POKE, 0, 4095, 0x32);
    expect_hex(at[4095], 0x32);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
}

GNTALLOC_CASE("ALLOC_GREF: without GNTALLOC_FLAG_WRITABLE -> writable mapping GNTST_general_error, read-only GNTST_okay")
{
    uint8_t *at = allocate_and_mmap(0, 1);

    XTF_REQUIRE(at);
    expect_gntst(peer(REQ_MAP, gref(0), false, 0), GNTST_general_error);
    require_gntst(peer(REQ_MAP, gref(0), true, 0), GNTST_okay);
    at[10] = 0x41;
    expect_hex(peer(REQ_MAP_PEEK, 0, 10, 0), 0x41);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
}

GNTALLOC_CASE("ALLOC_GREF: four pages -> four references, pages in their order")
{
    uint8_t *at = allocate_and_mmap(GNTALLOC_FLAG_WRITABLE, MANY);
    unsigned int i, j;

    XTF_REQUIRE(at);
    for ( i = 0; i < MANY; ++i )
    {
        for ( j = 0; j < i; ++j )
            expect_ne(gref(i), gref(j));
        at[i * PAGE] = 0x50 + i;
        require_gntst(peer(REQ_MAP, gref(i), false, i), GNTST_okay);
    }
    for ( i = 0; i < MANY; ++i )
    {
        expect_hex(peer(REQ_MAP_PEEK, i, 0, 0), 0x50 + i);
        expect_gntst(peer(REQ_UNMAP, i, 0, 0), GNTST_okay);
    }
}

GNTALLOC_CASE("ALLOC_GREF: copied by GNTTABOP_copy -> bytes in the copying domain")
{
    uint8_t *at = allocate_and_mmap(0, 1);

    XTF_REQUIRE(at);
    memset(at, 0x61, PAGE);
    expect_gntst(peer(REQ_COPY, gref(0), 2, 0), GNTST_okay);
    expect_eq(peer(REQ_COUNT, 2, 0x61, 0), PAGE);
}

GNTALLOC_CASE("ALLOC_GREF: for another domain -> mapping GNTST_general_error")
{
    require_ok(allocate(0, GNTALLOC_FLAG_WRITABLE, 1));
    expect_gntst(peer(REQ_MAP, gref(0), true, 0), GNTST_general_error);
}

GNTALLOC_CASE("ALLOC_GREF: count above the limit of the module -> -ENOSPC")
{
    expect_errno(allocate(peer_domid, 0, 1 << 24), -ENOSPC);
}

GNTALLOC_CASE("ALLOC_GREF: structure not accessible -> -EFAULT")
{
    expect_errno(linux_ioctl(gntalloc, IOCTL_GNTALLOC_ALLOC_GREF, NULL),
                 -EFAULT);
}

GNTALLOC_CASE("DEALLOC_GREF: page that is not mapped -> 0, reference revoked, then -EINVAL")
{
    uint64_t index;

    require_ok(allocate(peer_domid, GNTALLOC_FLAG_WRITABLE, 1));
    index = alloc.op.index;
    require_gntst(peer(REQ_MAP, gref(0), true, 0), GNTST_okay);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
    expect_ok(deallocate(index, 1));
    expect_revoked(gref(0));
    expect_errno(deallocate(index, 1), -EINVAL);
}

GNTALLOC_CASE("DEALLOC_GREF: other domain maps the page -> 0, mapping usable, entry revoked after unmapping")
{
    uint8_t *at = allocate_and_mmap(GNTALLOC_FLAG_WRITABLE, 1);

    XTF_REQUIRE(at);
    at[3] = 0x71;
    require_gntst(peer(REQ_MAP, gref(0), false, 0), GNTST_okay);
    expect_ok(deallocate(alloc.op.index, 1));
    expect_ok(unmap_pages(at, 1));
    expect_hex(peer(REQ_MAP_PEEK, 0, 3, 0), 0x71);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
    expect_revoked(gref(0));
}

GNTALLOC_CASE("DEALLOC_GREF: while mmapped -> 0, page stays granted until munmap")
{
    uint8_t *at = allocate_and_mmap(GNTALLOC_FLAG_WRITABLE, 1);

    XTF_REQUIRE(at);
    expect_ok(deallocate(alloc.op.index, 1));
    at[4] = 0x81;
    require_gntst(peer(REQ_MAP, gref(0), false, 0), GNTST_okay);
    expect_hex(peer(REQ_MAP_PEEK, 0, 4, 0), 0x81);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
    expect_ok(unmap_pages(at, 1));
    expect_revoked(gref(0));
}

GNTALLOC_CASE("DEALLOC_GREF: part of an allocation -> these pages alone revoked")
{
    uint64_t index;

    require_ok(allocate(peer_domid, GNTALLOC_FLAG_WRITABLE, 2));
    index = alloc.op.index;
    expect_ok(deallocate(index, 1));
    expect_revoked(gref(0));
    require_gntst(peer(REQ_MAP, gref(1), true, 0), GNTST_okay);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
    expect_ok(deallocate(index + PAGE, 1));
    expect_revoked(gref(1));
}

GNTALLOC_CASE("DEALLOC_GREF: index of no page, or more than there are -> -EINVAL")
{
    expect_errno(deallocate(0, 1), -EINVAL);
    require_ok(allocate(peer_domid, 0, 2));
    expect_errno(deallocate(alloc.op.index + 2 * PAGE, 1), -EINVAL);
    expect_errno(deallocate(alloc.op.index, 3), -EINVAL);
    expect_ok(deallocate(alloc.op.index, 2));
}

GNTALLOC_CASE("mmap of gntalloc: index of no page -> -ENOENT")
{
    long error;

    expect_false(mmap_of(gntalloc, 0, 1, RW, &error));
    expect_errno(error, -ENOENT);
}

GNTALLOC_CASE("mmap of gntalloc: MAP_PRIVATE -> -EINVAL")
{
    void *at;

    require_ok(allocate(peer_domid, 0, 1));
    at = mmap(NULL, PAGE, RW, MAP_PRIVATE, gntalloc, alloc.op.index);
    expect_true(at == MAP_FAILED && errno == EINVAL);
    if ( at != MAP_FAILED )
        munmap(at, PAGE);
}

GNTALLOC_CASE("close of gntalloc: while the other domain maps the page -> revoked after it is unmapped")
{
    require_ok(allocate(peer_domid, GNTALLOC_FLAG_WRITABLE, 1));
    require_gntst(peer(REQ_MAP, gref(0), false, 0), GNTST_okay);
    expect_ok(close(gntalloc));
    gntalloc = -1;
    expect_hex(peer(REQ_MAP_PEEK, 0, 0, 0), 0);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
    expect_revoked(gref(0));
}

GNTALLOC_CASE("SET_UNMAP_NOTIFY of gntalloc: clear byte, send event -> both when the page is given up, not before")
{
    struct channel channel = peer_channel();
    uint8_t *at = allocate_and_mmap(GNTALLOC_FLAG_WRITABLE, 1);

    XTF_REQUIRE(at);
    memset(at, 0x91, PAGE);
    require_gntst(peer(REQ_MAP, gref(0), false, 0), GNTST_okay);
    expect_ok(notify(alloc.op.index + 33, UNMAP_NOTIFY_CLEAR_BYTE |
                     UNMAP_NOTIFY_SEND_EVENT, channel.local));
    expect_ok(deallocate(alloc.op.index, 1));
    linux_sleep_ms(20);
    expect_false(peer(REQ_NOTIFIED, channel.remote, 0, 0));
    expect_hex(peer(REQ_MAP_PEEK, 0, 33, 0), 0x91);

    expect_ok(unmap_pages(at, 1));
    expect_true(peer_notified(channel));
    expect_hex(peer(REQ_MAP_PEEK, 0, 33, 0), 0);
    expect_hex(peer(REQ_MAP_PEEK, 0, 34, 0), 0x91);
    expect_gntst(peer(REQ_UNMAP, 0, 0, 0), GNTST_okay);
}

GNTALLOC_CASE("SET_UNMAP_NOTIFY of gntalloc: no page -> -ENOENT, unknown action or port -> -EINVAL")
{
    expect_errno(notify(0, UNMAP_NOTIFY_CLEAR_BYTE, 0), -ENOENT);
    require_ok(allocate(peer_domid, GNTALLOC_FLAG_WRITABLE, 1));
    expect_errno(notify(alloc.op.index, 4, 0), -EINVAL);
    expect_errno(notify(alloc.op.index, UNMAP_NOTIFY_SEND_EVENT, 4000),
                 -EINVAL);
    expect_errno(notify(alloc.op.index + PAGE, UNMAP_NOTIFY_CLEAR_BYTE, 0),
                 -ENOENT);
}

GNTALLOC_CASE("ioctl of gntalloc: number that no request has -> -ENOTTY")
{
    expect_errno(linux_ioctl(gntalloc, GNTALLOC_REQUEST(99, 8), NULL), -ENOTTY);
    expect_errno(linux_ioctl(gntalloc, IOCTL_GNTDEV_MAP_GRANT_REF, NULL),
                 -ENOTTY);
}
