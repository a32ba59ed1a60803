/*
 * UNMAP_GRANT_REF, munmap() and close(), GET_OFFSET_FOR_VADDR, and requests
 * that this Linux does not have.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "peer.h"

#define RW (PROT_READ | PROT_WRITE)

GNTDEV_CASE("UNMAP_GRANT_REF: wrong index or count -> -ENOENT, map usable")
{
    uint32_t refs[2] = { peer_grant(0, false), peer_grant(1, false) };
    uint64_t index;
    uint8_t *at = map_pages(refs, 2, RW, &index);

    XTF_REQUIRE(at);
    expect_errno(unmap_refs(index + PAGE, 1), -ENOENT);
    expect_errno(unmap_refs(index + 16 * PAGE, 2), -ENOENT);
    expect_errno(unmap_refs(index, 1), -ENOENT);
    expect_errno(unmap_refs(index, 3), -ENOENT);
    expect_fill(at, fill(0), PAGE);
    expect_ok(unmap_refs(index, 2));
}

GNTDEV_CASE("UNMAP_GRANT_REF: count is 0 -> map of any size given up")
{
    uint32_t refs[2] = { peer_grant(0, false), peer_grant(1, false) };
    uint64_t index;

    require_ok(map_refs(refs, 2, &index));
    expect_ok(unmap_refs(index, 0));
    expect_errno(unmap_refs(index, 2), -ENOENT);
}

GNTDEV_CASE("UNMAP_GRANT_REF: before mmap -> mmap -EINVAL, entry never in use")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    long error;

    require_ok(map_refs(&ref, 1, &index));
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), 0);
    expect_ok(unmap_refs(index, 1));
    expect_false(mmap_of(gntdev, index, 1, RW, &error));
    expect_errno(error, -EINVAL);
    expect_errno(unmap_refs(index, 1), -ENOENT);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), 0);
}

GNTDEV_CASE("UNMAP_GRANT_REF: while mmapped -> mapping usable until munmap")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(unmap_refs(index, 1));
    expect_fill(at, fill(0), PAGE);
    at[1] = 0xee;
    expect_hex(peer(REQ_PEEK, 0, 1, 0), 0xee);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading | GTF_writing);

    expect_ok(unmap_pages(at, 1));
    expect_hex(peer_in_use(ref), 0);
}

GNTDEV_CASE("UNMAP_GRANT_REF: index given up -> used for a later map")
{
    uint32_t ref = peer_grant(0, false), other = peer_grant(1, false);
    uint64_t index, second;
    uint8_t *at;

    require_ok(map_refs(&ref, 1, &index));
    require_ok(unmap_refs(index, 1));
    at = map_pages(&other, 1, RW, &second);
    XTF_REQUIRE(at);
    expect_hex(second, index);
    expect_fill(at, fill(1), PAGE);
}

/*
 * A PV dom0 unmaps a grant with the process's page table entry; a PVH dom0
 * when neither the process nor the file refers to the map any more.
 */
GNTDEV_CASE("munmap: without UNMAP_GRANT_REF -> entry not in use (PV dom0), in use until UNMAP_GRANT_REF (PVH dom0)")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(unmap_pages(at, 1));
    if ( linux_is_pv() )
        expect_hex(peer_in_use(ref), 0);
    else
        expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading | GTF_writing);

    expect_ok(unmap_refs(index, 1));
    expect_hex(peer_in_use(ref), 0);
}

static void partial_munmap(unsigned int first, unsigned int nr)
{
    uint32_t refs[4];
    uint64_t index;
    unsigned int i;
    uint8_t *at;

    for ( i = 0; i < 4; ++i )
        refs[i] = peer_grant(i, false);
    at = map_pages(refs, 4, RW, &index);
    XTF_REQUIRE(at);

    expect_ok(munmap(at + first * PAGE, nr * PAGE));
    for ( i = 0; i < 4; ++i )
    {
        bool gone = i >= first && i < first + nr;

        if ( gone && linux_is_pv() )
            expect_msg(!peer_in_use(refs[i]), "page %u of 4 is unmapped, and"
                       " its grant entry is in use", i);
        if ( gone )
            continue;

        expect_hex(peer(REQ_IN_USE, refs[i], 0, 0), GTF_reading | GTF_writing);
        expect_fill(at + i * PAGE, fill(i), PAGE);
        at[i * PAGE] = 0xb0 + i;
        expect_hex(peer(REQ_PEEK, i, 0, 0), 0xb0 + i);
    }

    /* The rest, across the hole. */
    expect_ok(unmap_refs(index, 4));
    expect_ok(unmap_pages(at, 4));
    for ( i = 0; i < 4; ++i )
        expect_hex(peer_in_use(refs[i]), 0);
}

GNTDEV_CASE("munmap: first page of four -> others usable")
{
    partial_munmap(0, 1);
}

GNTDEV_CASE("munmap: two pages in the middle of four -> others usable")
{
    partial_munmap(1, 2);
}

GNTDEV_CASE("munmap: last page of four -> others usable")
{
    partial_munmap(3, 1);
}

GNTDEV_CASE("close: while mmapped -> mapping usable until munmap")
{
    uint32_t ref = peer_grant(0, false);
    uint8_t *at = map_pages(&ref, 1, RW, NULL);

    XTF_REQUIRE(at);
    expect_ok(close(gntdev));
    gntdev = -1;
    expect_fill(at, fill(0), PAGE);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading | GTF_writing);
    expect_ok(unmap_pages(at, 1));
    expect_hex(peer_in_use(ref), 0);
}

static long offset_of(const void *at, uint64_t *offset, uint32_t *count)
{
    struct ioctl_gntdev_get_offset_for_vaddr op = {
        .vaddr = (unsigned long)at, .offset = ~0ull, .count = ~0u,
    };
    long rc = linux_ioctl(gntdev, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, &op);

    *offset = op.offset;
    *count = op.count;

    return rc;
}

GNTDEV_CASE("GET_OFFSET_FOR_VADDR: address in a mapping -> index and count of the map")
{
    uint32_t refs[3] = {
        peer_grant(0, false), peer_grant(1, false), peer_grant(2, false),
    }, count;
    uint64_t first, second, offset;
    uint8_t *a = map_pages(refs, 1, RW, &first);
    uint8_t *b = map_pages(refs + 1, 2, RW, &second);

    XTF_REQUIRE(a && b);
    expect_ok(offset_of(a, &offset, &count));
    expect_hex(offset, first);
    expect_eq(count, 1);
    expect_ok(offset_of(b, &offset, &count));
    expect_hex(offset, second);
    expect_eq(count, 2);

    /* Any byte of it is as good as the first. */
    expect_ok(offset_of(b + PAGE + 77, &offset, &count));
    expect_hex(offset, second);
    expect_eq(count, 2);
}

GNTDEV_CASE("GET_OFFSET_FOR_VADDR: address of something else or of nothing -> -EINVAL")
{
    uint32_t ref = peer_grant(0, false), count;
    uint64_t offset;
    uint8_t *at = map_pages(&ref, 1, RW, NULL);

    XTF_REQUIRE(at);
    expect_errno(offset_of(&ref, &offset, &count), -EINVAL);
    expect_errno(offset_of((void *)~0xffful, &offset, &count), -EINVAL);
    expect_ok(unmap_pages(at, 1));
    expect_errno(offset_of(at, &offset, &count), -EINVAL);
    expect_errno(linux_ioctl(gntdev, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, NULL),
                 -EFAULT);
}

GNTDEV_CASE("SET_MAX_GRANTS: any count -> -ENOTTY, maps possible as before")
{
    struct ioctl_gntdev_set_max_grants op = { .count = 1 };
    uint32_t refs[2] = { peer_grant(0, false), peer_grant(1, false) };
    uint8_t *at;

    expect_errno(linux_ioctl(gntdev, IOCTL_GNTDEV_SET_MAX_GRANTS, &op),
                 -ENOTTY);
    at = map_pages(refs, 2, RW, NULL);
    XTF_REQUIRE(at);
    expect_fill(at + PAGE, fill(1), PAGE);
}

GNTDEV_CASE("ioctl: number that no request has -> -ENOTTY")
{
    expect_errno(linux_ioctl(gntdev, GNTDEV_REQUEST(99, 8), NULL), -ENOTTY);
    expect_errno(linux_ioctl(gntdev, IOCTL_GNTALLOC_ALLOC_GREF, NULL),
                 -ENOTTY);
}

/* With CONFIG_XEN_GNTDEV_DMABUF, a file that is no dma-buf is refused. */
GNTDEV_CASE("DMABUF_EXP_FROM_REFS and the like: -ENOTTY without CONFIG_XEN_GNTDEV_DMABUF, else -EINVAL, -ENOENT or -EBADF")
{
    struct ioctl_gntdev_dmabuf_exp_from_refs from = { .count = 0 };
    struct ioctl_gntdev_dmabuf_exp_wait_released wait = { .fd = ~0u };
    struct ioctl_gntdev_dmabuf_imp_to_refs to = { .fd = ~0u, .count = 0 };
    struct ioctl_gntdev_dmabuf_imp_release release = { .fd = ~0u };
    long first = linux_ioctl(gntdev, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, &from);
    struct { unsigned long request; void *op; } others[] = {
        { IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait },
        { IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, &to },
        { IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &release },
    };
    unsigned int i;

    expect_true(first == -ENOTTY || first == -EINVAL);
    for ( i = 0; i < ARRAY_SIZE(others); ++i )
    {
        long rc = linux_ioctl(gntdev, others[i].request, others[i].op);

        if ( first == -ENOTTY )
            expect_errno(rc, -ENOTTY);
        else
            expect_msg(rc == -EINVAL || rc == -ENOENT || rc == -EBADF,
                       "request %#lx returned %ld, expected -EINVAL, -ENOENT or"
                       " -EBADF", others[i].request, rc);
    }
}
