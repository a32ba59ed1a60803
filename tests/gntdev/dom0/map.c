/*
 * MAP_GRANT_REF, and mmap() of what it reserves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "peer.h"

#define RW (PROT_READ | PROT_WRITE)

GNTDEV_CASE("MAP_GRANT_REF: one grant, mmap -> bytes shared, entry in use until unmapped")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at;

    expect_hex(peer(REQ_IN_USE, ref, 0, 0), 0);
    at = map_pages(&ref, 1, RW, &index);
    XTF_REQUIRE(at);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading | GTF_writing);
    expect_fill(at, fill(0), PAGE);

    at[100] = 0xa5;
    expect_hex(peer(REQ_PEEK, 0, 100, 0), 0xa5);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE - 1);
    peer(REQ_POKE, 0, 4095, 0x5a);
    expect_hex(at[4095], 0x5a);

    expect_errno(peer(REQ_REVOKE, ref, 0, 0), -EBUSY);
    expect_ok(unmap_refs(index, 1));
    expect_ok(unmap_pages(at, 1));
    expect_hex(peer_in_use(ref), 0);
    expect_ok(peer(REQ_REVOKE, ref, 0, 0));
}

GNTDEV_CASE("MAP_GRANT_REF: one grant of each page -> pages in the order of the references")
{
    uint32_t refs[GNTDEV_PAGES];
    unsigned int i;
    uint8_t *at;

    /* Backwards, so that references and pages are in different orders. */
    for ( i = 0; i < GNTDEV_PAGES; ++i )
        refs[i] = peer_grant(GNTDEV_PAGES - 1 - i, false);

    at = map_pages(refs, GNTDEV_PAGES, RW, NULL);
    XTF_REQUIRE(at);
    for ( i = 0; i < GNTDEV_PAGES; ++i )
    {
        expect_fill(at + i * PAGE, fill(GNTDEV_PAGES - 1 - i), PAGE);
        at[i * PAGE + i] = 0xa0 + i;
        expect_hex(peer(REQ_PEEK, GNTDEV_PAGES - 1 - i, i, 0), 0xa0 + i);
    }
}

GNTDEV_CASE("MAP_GRANT_REF: two maps -> index of its own for each, both usable")
{
    uint32_t refs[3] = {
        peer_grant(0, false), peer_grant(1, false), peer_grant(2, false),
    };
    uint64_t first, second;
    uint8_t *a = map_pages(refs, 2, RW, &first);
    uint8_t *b = map_pages(refs + 2, 1, RW, &second);

    XTF_REQUIRE(a && b);
    expect_msg(second < first || second >= first + 2 * PAGE,
               "the index of the second map is %#lx, within the first map from"
               " %#lx on", second + 0ul, first + 0ul);
    expect_fill(a, fill(0), PAGE);
    expect_fill(a + PAGE, fill(1), PAGE);
    expect_fill(b, fill(2), PAGE);
}

GNTDEV_CASE("MAP_GRANT_REF: same grant in two maps -> entry in use until both are unmapped")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t first, second;
    uint8_t *a = map_pages(&ref, 1, RW, &first);
    uint8_t *b = map_pages(&ref, 1, RW, &second);

    XTF_REQUIRE(a && b);
    a[7] = 0x77;
    expect_hex(b[7], 0x77);

    expect_ok(unmap_refs(first, 1));
    expect_ok(unmap_pages(a, 1));
    linux_sleep_ms(20);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading | GTF_writing);
    expect_hex(b[7], 0x77);

    expect_ok(unmap_refs(second, 1));
    expect_ok(unmap_pages(b, 1));
    expect_hex(peer_in_use(ref), 0);
}

/* A grant, read-only or not, that is mapped for reading alone. */
static void check_mapped_for_reading(bool readonly)
{
    uint32_t ref = peer_grant(3, readonly);
    uint8_t *at = map_pages(&ref, 1, PROT_READ, NULL);

    XTF_REQUIRE(at);
    expect_fill(at, fill(3), PAGE);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading);
    expect_ne(linux_write_byte(at, 0), 0);
    expect_eq(peer(REQ_COUNT, 3, fill(3), 0), PAGE);
}

GNTDEV_CASE("MAP_GRANT_REF: read-only grant, mmap PROT_READ -> bytes readable, entry in use for reading")
{
    check_mapped_for_reading(true);
}

GNTDEV_CASE("MAP_GRANT_REF: writable grant, mmap PROT_READ -> entry in use for reading, a write faults")
{
    check_mapped_for_reading(false);
}

/* The request succeeds, since Linux maps grants when it is told an address. */
static void expect_no_mmap(unsigned int domid, const uint32_t *refs,
                           unsigned int nr)
{
    uint64_t index;
    long error;

    require_ok(map_refs_of(domid, refs, nr, &index));
    expect_false(mmap_of(gntdev, index, nr, RW, &error));
    expect_errno(error, -EINVAL);
    expect_ok(unmap_refs(index, nr));
}

GNTDEV_CASE("MAP_GRANT_REF: read-only grant, mmap writable -> mmap -EINVAL, entry not in use")
{
    uint32_t ref = peer_grant(0, true);

    expect_no_mmap(peer_domid, &ref, 1);
    expect_hex(peer_in_use(ref), 0);
}

GNTDEV_CASE("MAP_GRANT_REF: reference whose entry is invalid -> mmap -EINVAL")
{
    uint32_t ref = peer_grant(0, false);

    require_ok(peer(REQ_REVOKE, ref, 0, 0));
    expect_no_mmap(peer_domid, &ref, 1);
}

GNTDEV_CASE("MAP_GRANT_REF: reference beyond the table -> mmap -EINVAL")
{
    uint32_t ref = 0x7fffffff;

    expect_no_mmap(peer_domid, &ref, 1);
}

GNTDEV_CASE("MAP_GRANT_REF: domid that is not allocated -> mmap -EINVAL")
{
    uint32_t ref = peer_grant(0, false);

    expect_no_mmap(NO_SUCH_DOMAIN, &ref, 1);
    expect_hex(peer_in_use(ref), 0);
}

GNTDEV_CASE("MAP_GRANT_REF: one of four references is bad -> mmap -EINVAL, others not in use")
{
    uint32_t refs[4] = {
        peer_grant(0, false), peer_grant(1, false), 0x7fffffff,
        peer_grant(2, false),
    };

    expect_no_mmap(peer_domid, refs, 4);
    expect_hex(peer_in_use(refs[0]), 0);
    expect_hex(peer_in_use(refs[1]), 0);
    expect_hex(peer_in_use(refs[3]), 0);
}

GNTDEV_CASE("MAP_GRANT_REF: count is 0 -> -EINVAL")
{
    uint64_t index;

    expect_errno(map_refs(NULL, 0, &index), -EINVAL);
}

/* A parameter of the module: grants in a map; before Linux 5.3 in all maps. */
static unsigned int module_limit(void)
{
    unsigned int limit = 64 * 1024;
    FILE *file = fopen("/sys/module/xen_gntdev/parameters/limit", "r");

    if ( file )
    {
        if ( fscanf(file, "%u", &limit) != 1 )
            limit = 0;
        fclose(file);
    }

    return limit;
}

GNTDEV_CASE("MAP_GRANT_REF: count above the limit of the module -> -EINVAL, before Linux 5.3 -ENOMEM")
{
    struct ioctl_gntdev_map_grant_ref op = { .count = module_limit() + 1 };

    if ( op.count <= 1 )
        skip_case("needs a limit of xen_gntdev in /sys/module");
    expect_errno(linux_ioctl(gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, &op),
                 linux_release() >= 503 ? -EINVAL : -ENOMEM);
}

GNTDEV_CASE("MAP_GRANT_REF: structure or references not accessible -> -EFAULT, no map")
{
    uint8_t *two = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct ioctl_gntdev_map_grant_ref *op = (void *)(two + PAGE - sizeof(*op));
    uint64_t index;

    require_true(two != MAP_FAILED);
    munmap(two + PAGE, PAGE);
    memset(op, 0, sizeof(*op));
    op->count = 2;
    expect_errno(linux_ioctl(gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, op), -EFAULT);
    expect_errno(linux_ioctl(gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, NULL),
                 -EFAULT);
    expect_errno(unmap_refs(0, 0), -ENOENT);
    munmap(two, PAGE);

    /* The file is as good as before. */
    expect_ok(map_refs(&(uint32_t){ 0 }, 1, &index));
}

GNTDEV_CASE("mmap: map that is mmapped already -> -EINVAL, first mapping usable")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);
    long error;

    XTF_REQUIRE(at);
    expect_false(mmap_of(gntdev, index, 1, RW, &error));
    expect_errno(error, -EINVAL);
    expect_fill(at, fill(0), PAGE);
}

GNTDEV_CASE("mmap: other size than that of the map -> -EINVAL")
{
    uint32_t refs[2] = { peer_grant(0, false), peer_grant(1, false) };
    uint64_t index;
    uint8_t *at;
    long error;

    require_ok(map_refs(refs, 2, &index));
    expect_false(mmap_of(gntdev, index, 1, RW, &error));
    expect_errno(error, -EINVAL);
    expect_false(mmap_of(gntdev, index, 3, RW, &error));
    expect_errno(error, -EINVAL);
    expect_false(mmap_of(gntdev, index + PAGE, 1, RW, &error));
    expect_errno(error, -EINVAL);

    at = mmap_of(gntdev, index, 2, RW, &error);
    XTF_REQUIRE(expect_msg(at, "mmap() of both pages returned %ld", error));
    expect_fill(at + PAGE, fill(1), PAGE);
}

GNTDEV_CASE("mmap: index of no map -> -EINVAL")
{
    long error;

    expect_false(mmap_of(gntdev, 0, 1, RW, &error));
    expect_errno(error, -EINVAL);
}

GNTDEV_CASE("mmap: MAP_PRIVATE and writable -> -EINVAL, entry not in use")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    void *at;

    require_ok(map_refs(&ref, 1, &index));
    at = mmap(NULL, PAGE, RW, MAP_PRIVATE, gntdev, index);
    expect_true(at == MAP_FAILED && errno == EINVAL);
    if ( at != MAP_FAILED )
        munmap(at, PAGE);
    expect_hex(peer_in_use(ref), 0);
}
