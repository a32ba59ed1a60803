/*
 * A xenstore client, by the socket of xenstored or by Linux's device.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <xtf/lib.h>
#include <xtf/xenstore.h>

#include <xen/io/xs_wire.h>

static int channel = -1;
static char payload[XENSTORE_PAYLOAD_MAX + 1];

static int open_socket(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    if ( fd >= 0 && connect(fd, (void *)&address, sizeof(address)) )
    {
        close(fd);
        fd = -1;
    }

    return fd;
}

int xenstore_init(void)
{
    /* A xenstored in a domain of its own has no socket. */
    if ( channel < 0 )
        channel = open_socket("/run/xenstored/socket");
    if ( channel < 0 )
        channel = open_socket("/var/run/xenstored/socket");
    if ( channel < 0 )
        channel = open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC);

    return channel < 0 ? -errno : 0;
}

bool xenstore_available(void)
{
    return channel >= 0;
}

static bool read_all(void *buf, size_t len)
{
    char *at = buf;

    while ( len )
    {
        ssize_t done = read(channel, at, len);

        if ( done <= 0 )
            return false;
        at += done;
        len -= done;
    }

    return true;
}

/* The reply's payload, NUL-terminated; NULL if it is an error. */
static const char *transact(uint32_t type, const char *key, const char *value)
{
    static char request[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
    size_t key_len = strlen(key) + 1, value_len = value ? strlen(value) : 0;
    struct xsd_sockmsg hdr = { .type = type, .len = key_len + value_len };
    size_t total = sizeof(hdr) + hdr.len;

    if ( channel < 0 || hdr.len > XENSTORE_PAYLOAD_MAX )
        return NULL;

    memcpy(request, &hdr, sizeof(hdr));
    memcpy(request + sizeof(hdr), key, key_len);
    memcpy(request + sizeof(hdr) + key_len, value, value_len);

    if ( write(channel, request, total) != (ssize_t)total ||
         !read_all(&hdr, sizeof(hdr)) || hdr.len > XENSTORE_PAYLOAD_MAX ||
         !read_all(payload, hdr.len) )
        panic("xenstored does not answer any more\n");
    payload[hdr.len] = '\0';

    return hdr.type == type ? payload : NULL;
}

const char *xenstore_read(const char *key)
{
    return transact(XS_READ, key, NULL);
}

bool xenstore_write(const char *key, const char *value)
{
    return transact(XS_WRITE, key, value);
}
