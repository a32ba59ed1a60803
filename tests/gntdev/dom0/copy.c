/*
 * GRANT_COPY: between this process and granted pages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "peer.h"

#define RW (PROT_READ | PROT_WRITE)

/* What Linux must replace by a status. */
#define UNTOUCHED 77

static uint8_t local[3 * PAGE] __aligned(PAGE);

static long copy(struct gntdev_grant_copy_segment *segments, unsigned int nr)
{
    struct ioctl_gntdev_grant_copy op = { .count = nr, .segments = segments };

    return linux_ioctl(gntdev, IOCTL_GNTDEV_GRANT_COPY, &op);
}

static struct gntdev_grant_copy_segment from_grant(uint32_t ref,
                                                   unsigned int offset,
                                                   void *to, unsigned int len)
{
    return (struct gntdev_grant_copy_segment) {
        .source.foreign = {
            .ref = ref, .offset = offset, .domid = peer_domid,
        },
        .dest.virt = to,
        .len = len, .flags = GNTCOPY_source_gref, .status = UNTOUCHED,
    };
}

static struct gntdev_grant_copy_segment to_grant(void *from, uint32_t ref,
                                                 unsigned int offset,
                                                 unsigned int len)
{
    return (struct gntdev_grant_copy_segment) {
        .source.virt = from,
        .dest.foreign = {
            .ref = ref, .offset = offset, .domid = peer_domid,
        },
        .len = len, .flags = GNTCOPY_dest_gref, .status = UNTOUCHED,
    };
}

GNTDEV_CASE("GRANT_COPY: granted page to local -> the named bytes alone")
{
    uint32_t ref = peer_grant(0, true);
    struct gntdev_grant_copy_segment seg = from_grant(ref, 10, local + 20, 30);

    peer(REQ_POKE, 0, 10, 0xc1);
    peer(REQ_POKE, 0, 39, 0xc2);
    memset(local, 0xee, sizeof(local));
    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
    expect_fill(local, 0xee, 20);
    expect_hex(local[20], 0xc1);
    expect_fill(local + 21, fill(0), 28);
    expect_hex(local[49], 0xc2);
    expect_fill(local + 50, 0xee, sizeof(local) - 50);
    expect_hex(peer_in_use(ref), 0);
}

GNTDEV_CASE("GRANT_COPY: local to granted page -> the named bytes alone")
{
    uint32_t ref = peer_grant(0, false);
    struct gntdev_grant_copy_segment seg = to_grant(local, ref, 4000, 96);

    memset(local, 0xd1, sizeof(local));
    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
    expect_eq(peer(REQ_COUNT, 0, 0xd1, 0), 96);
    expect_hex(peer(REQ_PEEK, 0, 3999, 0), fill(0));
    expect_hex(peer(REQ_PEEK, 0, 4000, 0), 0xd1);
    expect_hex(peer(REQ_PEEK, 0, 4095, 0), 0xd1);
    expect_hex(peer_in_use(ref), 0);
}

GNTDEV_CASE("GRANT_COPY: local side crosses a page -> all bytes copied, both ways")
{
    uint32_t ref = peer_grant(0, false);
    struct gntdev_grant_copy_segment seg;
    unsigned int i;

    for ( i = 0; i < PAGE; ++i )
        local[PAGE / 2 + i] = i * 7;
    seg = to_grant(local + PAGE / 2, ref, 0, PAGE);
    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
    expect_hex(peer(REQ_PEEK, 0, 2047, 0), (uint8_t)(2047 * 7));
    expect_hex(peer(REQ_PEEK, 0, 2048, 0), (uint8_t)(2048 * 7));

    memset(local, 0, sizeof(local));
    seg = from_grant(ref, 0, local + PAGE + 100, PAGE);
    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
    for ( i = 0; i < PAGE && local[PAGE + 100 + i] == (uint8_t)(i * 7); ++i )
        ;
    expect_msg(i == PAGE, "byte %u is %#x, expected %#x", i,
               local[PAGE + 100 + i], (uint8_t)(i * 7));
}

GNTDEV_CASE("GRANT_COPY: granted page to granted page -> bytes copied")
{
    uint32_t from = peer_grant(0, true), to = peer_grant(1, false);
    struct gntdev_grant_copy_segment seg = {
        .source.foreign = { .ref = from, .offset = 0, .domid = peer_domid },
        .dest.foreign = { .ref = to, .offset = 8, .domid = peer_domid },
        .len = 16, .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref,
        .status = UNTOUCHED,
    };

    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
    expect_eq(peer(REQ_COUNT, 1, fill(0), 0), 16);
    expect_hex(peer(REQ_PEEK, 1, 8, 0), fill(0));
    expect_hex(peer(REQ_PEEK, 1, 23, 0), fill(0));
}

GNTDEV_CASE("GRANT_COPY: 40 segments -> status of each, bytes of all")
{
    struct gntdev_grant_copy_segment segs[40];
    uint32_t ref = peer_grant(0, false);
    unsigned int i;

    memset(local, 0xd7, PAGE);
    for ( i = 0; i < ARRAY_SIZE(segs); ++i )
        segs[i] = to_grant(local + i, ref, i * 100, 1);
    expect_ok(copy(segs, ARRAY_SIZE(segs)));
    for ( i = 0; i < ARRAY_SIZE(segs) && segs[i].status == GNTST_okay; ++i )
        ;
    expect_msg(i == ARRAY_SIZE(segs), "the status of segment %u is %d, expected"
               " GNTST_okay", i, segs[i].status);
    expect_eq(peer(REQ_COUNT, 0, 0xd7, 0), ARRAY_SIZE(segs));
    expect_hex(peer(REQ_PEEK, 0, 3900, 0), 0xd7);
}

GNTDEV_CASE("GRANT_COPY: segments that Xen refuses -> 0, status of each, the others copied")
{
    uint32_t good = peer_grant(0, false), readonly = peer_grant(1, true);
    struct gntdev_grant_copy_segment segs[] = {
        to_grant(local, good, 0, 4),
        to_grant(local, 0x7fffffff, 0, 4),
        to_grant(local, good, 0, 4),
        to_grant(local, readonly, 0, 4),
        to_grant(local, good, 100, 4),
    };

    segs[2].dest.foreign.domid = NO_SUCH_DOMAIN;
    memset(local, 0xd9, PAGE);
    expect_ok(copy(segs, ARRAY_SIZE(segs)));
    expect_gntst(segs[0].status, GNTST_okay);
    expect_gntst(segs[1].status, GNTST_bad_gntref);
    expect_gntst(segs[2].status, GNTST_bad_domain);
    expect_gntst(segs[3].status, GNTST_general_error);
    expect_gntst(segs[4].status, GNTST_okay);
    expect_eq(peer(REQ_COUNT, 0, 0xd9, 0), 8);
    expect_eq(peer(REQ_COUNT, 1, 0xd9, 0), 0);
}

GNTDEV_CASE("GRANT_COPY: local side spans pages, grant refused -> status of the first refusal, nothing written")
{
    struct gntdev_grant_copy_segment seg =
        from_grant(0x7fffffff, 0, local + PAGE - 8, 16);

    memset(local, 0xee, sizeof(local));
    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_bad_gntref);
    expect_fill(local, 0xee, sizeof(local));
}

GNTDEV_CASE("GRANT_COPY: no segment -> 0")
{
    expect_ok(copy(NULL, 0));
}

GNTDEV_CASE("GRANT_COPY: segment of no bytes -> 0, GNTST_okay")
{
    uint32_t ref = peer_grant(0, false);
    struct gntdev_grant_copy_segment seg = to_grant(local, ref, 0, 0);

    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
}

GNTDEV_CASE("GRANT_COPY: local to local -> -EINVAL, nothing written")
{
    struct gntdev_grant_copy_segment seg = {
        .source.virt = local, .dest.virt = local + PAGE, .len = 16,
        .status = UNTOUCHED,
    };

    memset(local, 1, PAGE);
    memset(local + PAGE, 2, PAGE);
    expect_errno(copy(&seg, 1), -EINVAL);
    expect_fill(local + PAGE, 2, PAGE);
}

GNTDEV_CASE("GRANT_COPY: bytes of the granted page cross the page's end -> -EINVAL, nothing written")
{
    uint32_t ref = peer_grant(0, false);
    struct gntdev_grant_copy_segment seg = to_grant(local, ref, 4090, 7);

    memset(local, 0xd5, PAGE);
    expect_errno(copy(&seg, 1), -EINVAL);
    seg = from_grant(ref, 1, local + PAGE, PAGE);
    memset(local + PAGE, 0xee, PAGE);
    expect_errno(copy(&seg, 1), -EINVAL);
    expect_fill(local + PAGE, 0xee, PAGE);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);

    seg = to_grant(local, ref, 4090, 6);
    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
}

GNTDEV_CASE("GRANT_COPY: local side not accessible or read-only -> -EFAULT, nothing written")
{
    uint32_t ref = peer_grant(0, false);
    void *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
                          -1, 0);
    struct gntdev_grant_copy_segment seg = to_grant(NULL, ref, 0, 16);

    require_true(readonly != MAP_FAILED);
    expect_errno(copy(&seg, 1), -EFAULT);
    seg = from_grant(ref, 0, NULL, 16);
    expect_errno(copy(&seg, 1), -EFAULT);
    seg = from_grant(ref, 0, readonly, 16);
    expect_errno(copy(&seg, 1), -EFAULT);
    expect_fill((uint8_t *)readonly, 0, PAGE);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);

    /* To read from it is allowed. */
    seg = to_grant(readonly, ref, 0, 16);
    expect_ok(copy(&seg, 1));
    expect_gntst(seg.status, GNTST_okay);
    expect_eq(peer(REQ_COUNT, 0, 0, 0), 16);
    munmap(readonly, PAGE);
}

GNTDEV_CASE("GRANT_COPY: structure or segments not accessible -> -EFAULT")
{
    expect_errno(copy(NULL, 1), -EFAULT);
    expect_errno(linux_ioctl(gntdev, IOCTL_GNTDEV_GRANT_COPY, NULL), -EFAULT);
}
