/*
 * SET_UNMAP_NOTIFY: what the granting domain learns when a mapping ends.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "peer.h"

#define RW (PROT_READ | PROT_WRITE)

/* For an event that must not come: the microkernel has taken requests since. */
static bool notified_now(struct channel channel)
{
    linux_sleep_ms(20);

    return peer(REQ_NOTIFIED, channel.remote, 0, 0);
}

/* One byte of page nr is 0, and all others are as they were. */
static void expect_cleared(unsigned int nr, unsigned int offset)
{
    expect_hex(peer(REQ_PEEK, nr, offset, 0), 0);
    expect_eq(peer(REQ_COUNT, nr, fill(nr), 0), PAGE - 1);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: clear byte -> that byte alone is 0 when the page is unmapped, not before")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index + 123, UNMAP_NOTIFY_CLEAR_BYTE, 0));
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
    expect_ok(unmap_pages(at, 1));
    expect_ok(unmap_refs(index, 1));
    expect_hex(peer_in_use(ref), 0);
    expect_cleared(0, 123);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: clear byte of the second of three pages -> that byte alone is 0")
{
    uint32_t refs[3] = {
        peer_grant(0, false), peer_grant(1, false), peer_grant(2, false),
    };
    uint64_t index;
    uint8_t *at = map_pages(refs, 3, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index + PAGE + 4095, UNMAP_NOTIFY_CLEAR_BYTE, 0));
    expect_ok(unmap_pages(at, 3));
    expect_ok(unmap_refs(index, 3));
    expect_hex(peer_in_use(refs[1]), 0);
    expect_cleared(1, 4095);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
    expect_eq(peer(REQ_COUNT, 2, fill(2), 0), PAGE);
}

/* The map ends when the file has given it up and no mapping is left. */
GNTDEV_CASE("SET_UNMAP_NOTIFY: send event -> granting domain notified after munmap and UNMAP_GRANT_REF")
{
    uint32_t ref = peer_grant(0, false);
    struct channel channel = peer_channel();
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index, UNMAP_NOTIFY_SEND_EVENT, channel.local));
    expect_ok(unmap_pages(at, 1));
    expect_false(notified_now(channel));
    expect_ok(unmap_refs(index, 1));
    expect_true(peer_notified(channel));
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: send event, UNMAP_GRANT_REF while mmapped -> granting domain notified after munmap")
{
    uint32_t ref = peer_grant(0, false);
    struct channel channel = peer_channel();
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index, UNMAP_NOTIFY_SEND_EVENT, channel.local));
    expect_ok(unmap_refs(index, 1));
    expect_false(notified_now(channel));
    expect_ok(unmap_pages(at, 1));
    expect_true(peer_notified(channel));
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: clear byte and send event -> both")
{
    uint32_t ref = peer_grant(0, false);
    struct channel channel = peer_channel();
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index + 9, UNMAP_NOTIFY_CLEAR_BYTE |
                         UNMAP_NOTIFY_SEND_EVENT, channel.local));
    expect_ok(unmap_pages(at, 1));
    expect_ok(unmap_refs(index, 1));
    expect_true(peer_notified(channel));
    expect_cleared(0, 9);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: second request for a map -> replaces the first")
{
    uint32_t ref = peer_grant(0, false);
    struct channel first = peer_channel(), second = peer_channel();
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index + 1, UNMAP_NOTIFY_CLEAR_BYTE |
                         UNMAP_NOTIFY_SEND_EVENT, first.local));
    expect_ok(set_notify(index + 2, UNMAP_NOTIFY_CLEAR_BYTE |
                         UNMAP_NOTIFY_SEND_EVENT, second.local));
    expect_ok(unmap_pages(at, 1));
    expect_ok(unmap_refs(index, 1));
    expect_true(peer_notified(second));
    expect_false(notified_now(first));
    expect_cleared(0, 2);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: action is 0 -> nothing happens when the page is unmapped")
{
    uint32_t ref = peer_grant(0, false);
    struct channel channel = peer_channel();
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index, UNMAP_NOTIFY_CLEAR_BYTE |
                         UNMAP_NOTIFY_SEND_EVENT, channel.local));
    expect_ok(set_notify(index, 0, 0));
    expect_ok(unmap_pages(at, 1));
    expect_ok(unmap_refs(index, 1));
    expect_hex(peer_in_use(ref), 0);
    expect_false(notified_now(channel));
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: file closed in place of UNMAP_GRANT_REF -> byte cleared, granting domain notified")
{
    uint32_t ref = peer_grant(0, false);
    struct channel channel = peer_channel();
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index + 50, UNMAP_NOTIFY_CLEAR_BYTE |
                         UNMAP_NOTIFY_SEND_EVENT, channel.local));
    expect_ok(close(gntdev));
    gntdev = -1;
    expect_false(notified_now(channel));
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
    expect_ok(unmap_pages(at, 1));
    expect_true(peer_notified(channel));
    expect_cleared(0, 50);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: map that was never mmapped -> granting domain notified, no byte cleared")
{
    uint32_t ref = peer_grant(0, false);
    struct channel channel = peer_channel();
    uint64_t index;

    require_ok(map_refs(&ref, 1, &index));
    expect_ok(set_notify(index, UNMAP_NOTIFY_CLEAR_BYTE |
                         UNMAP_NOTIFY_SEND_EVENT, channel.local));
    expect_ok(unmap_refs(index, 1));
    expect_true(peer_notified(channel));
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: unknown action -> -EINVAL, earlier request stays")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);

    XTF_REQUIRE(at);
    expect_ok(set_notify(index + 3, UNMAP_NOTIFY_CLEAR_BYTE, 0));
    expect_errno(set_notify(index, 4, 0), -EINVAL);
    expect_errno(set_notify(index, 4 | UNMAP_NOTIFY_CLEAR_BYTE, 0), -EINVAL);
    expect_ok(unmap_pages(at, 1));
    expect_ok(unmap_refs(index, 1));
    expect_hex(peer_in_use(ref), 0);
    expect_cleared(0, 3);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: port that dom0 has not bound -> -EINVAL")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;

    require_ok(map_refs(&ref, 1, &index));
    expect_errno(set_notify(index, UNMAP_NOTIFY_SEND_EVENT, 4000), -EINVAL);
    expect_errno(set_notify(index, UNMAP_NOTIFY_SEND_EVENT, 1 << 20), -EINVAL);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: clear byte of a read-only mapping -> -EINVAL")
{
    uint32_t ref = peer_grant(0, true);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, PROT_READ, &index);

    XTF_REQUIRE(at);
    expect_errno(set_notify(index, UNMAP_NOTIFY_CLEAR_BYTE, 0), -EINVAL);
    expect_ok(unmap_pages(at, 1));
    expect_ok(unmap_refs(index, 1));
    expect_hex(peer_in_use(ref), 0);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
}

GNTDEV_CASE("SET_UNMAP_NOTIFY: byte beyond the map, or no map -> -ENOENT")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;

    expect_errno(set_notify(0, UNMAP_NOTIFY_CLEAR_BYTE, 0), -ENOENT);
    require_ok(map_refs(&ref, 1, &index));
    expect_ok(set_notify(index + PAGE - 1, UNMAP_NOTIFY_CLEAR_BYTE, 0));
    expect_errno(set_notify(index + PAGE, UNMAP_NOTIFY_CLEAR_BYTE, 0), -ENOENT);
    expect_errno(linux_ioctl(gntdev, IOCTL_GNTDEV_SET_UNMAP_NOTIFY, NULL),
                 -EFAULT);
}
