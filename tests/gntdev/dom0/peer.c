/*
 * The fixture of the program's cases.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include "peer.h"

#include <xtf/xenstore.h>

/* How long the microkernel may take for an answer, and an effect to come. */
#define ANSWER_MS   20000
#define EFFECT_MS   5000

int gntdev = -1, gntalloc = -1, evtchn = -1;

/* What the case has mmapped, and the channels that it has bound. */
static struct
{
    void *at;
    size_t bytes;
} maps[16];
static unsigned int nr_maps;
static long ports[16];
static unsigned int nr_ports;

static const char *key_of_peer(const char *key)
{
    static char path[128];

    snprintf(path, sizeof(path), "/local/domain/%u/%s", peer_domid, key);

    return path;
}

/* The file whose one port tells that the microkernel has written something. */
static int bell = -1;
static uint32_t bell_port;

/* Sleep until the microkernel has, or for a moment. */
static void wait_for_bell(void)
{
    struct pollfd event = { .fd = bell, .events = POLLIN };
    uint32_t port;

    /* A file of -1 is none: this only sleeps. */
    if ( poll(&event, 1, bell < 0 ? 5 : 100) == 1 &&
         read(bell, &port, sizeof(port)) == sizeof(port) &&
         write(bell, &port, sizeof(port)) != sizeof(port) )
        panic("/dev/xen/evtchn does not unmask port %u\n", port);
}

/* The value of the microkernel's key, when it starts with a text. */
static const char *await(const char *key, const char *start)
{
    uint64_t end = linux_now_ms() + ANSWER_MS;
    const char *text;

    do {
        text = xenstore_read(key_of_peer(key));
        if ( text && !strncmp(text, start, strlen(start)) )
            return text + strlen(start);
        wait_for_bell();
    } while ( linux_now_ms() < end );

    panic("domain %u has not written '%s' to its %s within %u s\n", peer_domid,
          start, key, ANSWER_MS / 1000);
}

static void open_bell(void)
{
    struct ioctl_evtchn_bind_interdomain op = {
        .remote_domain = peer_domid,
        .remote_port = strtol(await(GNTDEV_PORT, ""), NULL, 10),
    };
    long port;

    bell = open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC);
    port = linux_ioctl(bell, IOCTL_EVTCHN_BIND_INTERDOMAIN, &op);
    if ( port < 0 )
        panic("IOCTL_EVTCHN_BIND_INTERDOMAIN of port %u of domain %u returned"
              " %ld\n", op.remote_port, peer_domid, port);
    bell_port = port;
}

long peer(enum gntdev_request what, long a, long b, long c)
{
    static unsigned int nr;
    char text[64];

    if ( bell < 0 )
        open_bell();

    snprintf(text, sizeof(text), "%u %d %ld %ld %ld", ++nr, what, a, b, c);
    if ( !xenstore_write(key_of_peer(GNTDEV_REQ), text) )
        panic("xenstored refuses %s\n", key_of_peer(GNTDEV_REQ));
    linux_ioctl(bell, IOCTL_EVTCHN_NOTIFY,
                &(struct ioctl_evtchn_notify){ .port = bell_port });

    snprintf(text, sizeof(text), "%u ", nr);

    return strtol(await(GNTDEV_ANSWER, text), NULL, 10);
}

void peer_end(void)
{
    peer(REQ_END, 0, 0, 0);
}

uint32_t peer_grant(unsigned int nr, bool readonly)
{
    long ref;

    peer(REQ_FILL, nr, fill(nr), 0);
    ref = peer(REQ_GRANT, nr, readonly, 0);
    if ( ref < 0 )
        panic("domain %u cannot grant page %u: %ld\n", peer_domid, nr, ref);

    return ref;
}

long peer_in_use(uint32_t ref)
{
    uint64_t end = linux_now_ms() + EFFECT_MS;
    long in_use;

    do {
        in_use = peer(REQ_IN_USE, ref, 0, 0);
    } while ( in_use && linux_now_ms() < end );

    return in_use;
}

struct channel peer_channel(void)
{
    struct channel channel = { .remote = peer(REQ_PORT, 0, 0, 0) };
    struct ioctl_evtchn_bind_interdomain op = {
        .remote_domain = peer_domid, .remote_port = channel.remote,
    };

    channel.local = linux_ioctl(evtchn, IOCTL_EVTCHN_BIND_INTERDOMAIN, &op);
    if ( channel.remote < 0 || channel.local < 0 ||
         nr_ports == ARRAY_SIZE(ports) )
        panic("no channel to domain %u: its port is %ld, and"
              " IOCTL_EVTCHN_BIND_INTERDOMAIN returned %ld\n", peer_domid,
              channel.remote, channel.local);
    ports[nr_ports++] = channel.local;

    /* To bind a port notifies the remote end. */
    peer(REQ_NOTIFIED, channel.remote, 0, 0);

    return channel;
}

bool peer_notified(struct channel channel)
{
    uint64_t end = linux_now_ms() + EFFECT_MS;
    bool notified;

    do {
        notified = peer(REQ_NOTIFIED, channel.remote, 0, 0);
    } while ( !notified && linux_now_ms() < end );

    return notified;
}

static void note_map(void *at, size_t bytes)
{
    ASSERT(nr_maps < ARRAY_SIZE(maps));

    maps[nr_maps].at = at;
    maps[nr_maps++].bytes = bytes;
}

static void end(void *unused)
{
    long busy;
    uint64_t until = linux_now_ms() + EFFECT_MS;

    while ( nr_maps )
    {
        nr_maps--;
        munmap(maps[nr_maps].at, maps[nr_maps].bytes);
    }

    if ( gntdev >= 0 )
        close(gntdev);
    if ( gntalloc >= 0 )
        close(gntalloc);
    gntdev = gntalloc = -1;

    while ( nr_ports )
    {
        struct ioctl_evtchn_unbind op = { .port = ports[--nr_ports] };

        linux_ioctl(evtchn, IOCTL_EVTCHN_UNBIND, &op);
    }

    do {
        busy = peer(REQ_RESET, 0, 0, 0);
    } while ( busy && linux_now_ms() < until );

    xtf_expect_msg(XTF_HERE, !busy, "%ld grant entries of domain %u are in use"
                   " after the case has unmapped all and closed the device",
                   busy, peer_domid);
}

static bool begin(int *fd, const char *path)
{
    *fd = open(path, O_RDWR | O_CLOEXEC);
    if ( *fd < 0 )
    {
        xtf_case_skip("needs %s in dom0: %s", path, strerror(errno));
        return false;
    }
    xtf_case_cleanup(end, NULL);

    return true;
}

bool begin_gntdev(unsigned int unused)
{
    return begin(&gntdev, "/dev/xen/gntdev");
}

bool begin_gntalloc(unsigned int unused)
{
    return begin(&gntalloc, "/dev/xen/gntalloc");
}

long map_refs_of(unsigned int domid, const uint32_t *refs, unsigned int nr,
                 uint64_t *index)
{
    size_t size = sizeof(struct ioctl_gntdev_map_grant_ref) +
        nr * sizeof(struct ioctl_gntdev_grant_ref);
    struct ioctl_gntdev_map_grant_ref *op = calloc(1, size);
    unsigned int i;
    long rc;

    ASSERT(op);
    op->count = nr;
    for ( i = 0; i < nr; ++i )
    {
        op->refs[i].domid = domid;
        op->refs[i].ref = refs[i];
    }

    rc = linux_ioctl(gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, op);
    *index = op->index;
    free(op);

    return rc;
}

long map_refs(const uint32_t *refs, unsigned int nr, uint64_t *index)
{
    return map_refs_of(peer_domid, refs, nr, index);
}

uint8_t *mmap_of(int fd, uint64_t index, unsigned int nr, int prot,
                 long *error)
{
    void *at = linux_mmap(fd, index, nr * PAGE, prot, error);

    if ( at )
        note_map(at, nr * PAGE);

    return at;
}

uint8_t *map_pages(const uint32_t *refs, unsigned int nr, int prot,
                   uint64_t *index)
{
    uint64_t unused;
    long rc = map_refs(refs, nr, index ?: &unused), error = 0;
    uint8_t *at = NULL;

    if ( xtf_expect_msg(XTF_HERE, !rc, "IOCTL_GNTDEV_MAP_GRANT_REF of %u grants"
                        " returned %ld, expected 0", nr, rc) )
    {
        at = mmap_of(gntdev, *(index ?: &unused), nr, prot, &error);
        xtf_expect_msg(XTF_HERE, at, "mmap() of %u grants returned %ld,"
                       " expected an address", nr, error);
    }

    return at;
}

long unmap_pages(void *at, unsigned int nr)
{
    unsigned int i;

    for ( i = 0; i < nr_maps; ++i )
        if ( maps[i].at == at && maps[i].bytes == nr * PAGE )
            maps[i--] = maps[--nr_maps];

    return munmap(at, nr * PAGE) ? -errno : 0;
}

long unmap_refs(uint64_t index, unsigned int nr)
{
    struct ioctl_gntdev_unmap_grant_ref op = { .index = index, .count = nr };

    return linux_ioctl(gntdev, IOCTL_GNTDEV_UNMAP_GRANT_REF, &op);
}

long set_notify(uint64_t index, uint32_t action, long port)
{
    struct ioctl_gntdev_unmap_notify op = {
        .index = index, .action = action, .event_channel_port = port,
    };

    return linux_ioctl(gntdev, IOCTL_GNTDEV_SET_UNMAP_NOTIFY, &op);
}
