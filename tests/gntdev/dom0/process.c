/*
 * Mappings and what else happens to the memory of a process: fork(),
 * mprotect(), its death.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "peer.h"

#include <signal.h>
#include <sys/wait.h>

#define RW (PROT_READ | PROT_WRITE)

/* Wait for a child: its exit status, or 1000 and the signal that ended it. */
static int wait_for(pid_t child)
{
    int status = 0;

    waitpid(child, &status, 0);

    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

GNTDEV_CASE("fork: child has no mapping -> SIGSEGV there, parent's mapping usable")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);
    pid_t child;

    XTF_REQUIRE(at);
    child = fork();
    if ( !child )
        _exit(linux_read_byte(at, NULL));
    require_true(child > 0);
    expect_eq(wait_for(child), SIGSEGV);

    expect_fill(at, fill(0), PAGE);
    at[5] = 0x55;
    expect_hex(peer(REQ_PEEK, 0, 5, 0), 0x55);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading | GTF_writing);
    expect_ok(unmap_pages(at, 1));
    expect_ok(unmap_refs(index, 1));
    expect_hex(peer_in_use(ref), 0);
}

/* The file is the same in both, so each can give up what the other mapped. */
GNTDEV_CASE("fork: child uses UNMAP_GRANT_REF -> 0, parent's mapping usable until munmap")
{
    uint32_t ref = peer_grant(0, false);
    uint64_t index;
    uint8_t *at = map_pages(&ref, 1, RW, &index);
    pid_t child;

    XTF_REQUIRE(at);
    child = fork();
    if ( !child )
        _exit(-unmap_refs(index, 1));
    require_true(child > 0);
    expect_eq(wait_for(child), 0);
    expect_fill(at, fill(0), PAGE);
    expect_errno(unmap_refs(index, 1), -ENOENT);
    expect_ok(unmap_pages(at, 1));
    expect_hex(peer_in_use(ref), 0);
}

/*
 * A PV dom0 cannot change the entry of a page table that Xen made: it unmaps
 * the grant, and each access raises SIGBUS from then on.
 */
GNTDEV_CASE("mprotect: writable mapping made read-only -> SIGBUS and entry not in use (PV dom0), readable (PVH dom0)")
{
    uint32_t ref = peer_grant(0, false);
    uint8_t *at = map_pages(&ref, 1, RW, NULL), byte;

    XTF_REQUIRE(at);
    expect_ok(mprotect(at, PAGE, PROT_READ));
    if ( linux_is_pv() )
    {
        expect_eq(linux_read_byte(at, NULL), SIGBUS);
        expect_hex(peer_in_use(ref), 0);
    }
    else
    {
        expect_eq(linux_read_byte(at, &byte), 0);
        expect_hex(byte, fill(0));
        expect_eq(linux_write_byte(at, 1), SIGSEGV);
    }
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
}

/* Not in a PVH dom0, where the write would fault in dom0's physmap. */
GNTDEV_CASE("mprotect: read-only mapping made writable -> SIGBUS and entry not in use (PV dom0)")
{
    uint32_t ref = peer_grant(0, true);
    uint8_t *at = map_pages(&ref, 1, PROT_READ, NULL);

    XTF_REQUIRE(at);
    if ( !linux_is_pv() )
        skip_case("needs a PV dom0");
    expect_ok(mprotect(at, PAGE, RW));
    expect_eq(linux_write_byte(at, 1), SIGBUS);
    expect_eq(linux_read_byte(at, NULL), SIGBUS);
    expect_hex(peer_in_use(ref), 0);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);
}

/* A child that maps a grant in a file of its own, tells, and waits. */
static pid_t start_mapper(uint32_t ref, struct channel channel)
{
    int ready[2];
    uint64_t index;
    char byte = 0;
    pid_t child;

    if ( pipe(ready) )
        return -1;

    child = fork();
    if ( !child )
    {
        long error;

        /* The parent's file is no longer referred to from here. */
        close(gntdev);
        gntdev = open("/dev/xen/gntdev", O_RDWR);
        if ( !map_refs(&ref, 1, &index) &&
             linux_mmap(gntdev, index, PAGE, RW, &error) &&
             !set_notify(index + 200, UNMAP_NOTIFY_CLEAR_BYTE |
                         UNMAP_NOTIFY_SEND_EVENT, channel.local) )
            byte = 1;
        if ( write(ready[1], &byte, 1) == 1 )
            pause();
        _exit(1);
    }

    close(ready[1]);
    if ( read(ready[0], &byte, 1) != 1 )
        byte = 0;
    close(ready[0]);
    if ( child > 0 && !byte )
    {
        kill(child, SIGKILL);
        wait_for(child);
    }

    return byte ? child : -1;
}

GNTDEV_CASE("SIGKILL: process with a mapping -> byte cleared, granting domain notified, entry not in use")
{
    uint32_t ref = peer_grant(0, false);
    struct channel channel = peer_channel();
    pid_t child = start_mapper(ref, channel);

    require_msg(child > 0, "a child process cannot map reference %u", ref);
    expect_hex(peer(REQ_IN_USE, ref, 0, 0), GTF_reading | GTF_writing);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE);

    kill(child, SIGKILL);
    expect_eq(wait_for(child), 1000 + SIGKILL);
    expect_hex(peer_in_use(ref), 0);
    expect_true(peer_notified(channel));
    expect_hex(peer(REQ_PEEK, 0, 200, 0), 0);
    expect_eq(peer(REQ_COUNT, 0, fill(0), 0), PAGE - 1);
}
