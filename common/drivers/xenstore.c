/*
 * A xenstore client: one request at a time, its reply awaited.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>
#include <xtf/xenbus.h>
#include <xtf/xenstore.h>

#include <xen/errno.h>

static char payload[XENSTORE_PAYLOAD_MAX + 1];
static uint32_t next_req_id = 1;

int xenstore_init(void)
{
    /*
     * Another user of the ring, such as firmware, may have left replies that
     * nobody read.  They carry request IDs that are not ours.
     */
    next_req_id = 0x10000;

    return xenbus_present() ? 0 : -ENODEV;
}

bool xenstore_available(void)
{
    return xenbus_present();
}

/* The reply's payload, NUL-terminated; NULL if it is an error. */
static const char *transact(uint32_t type, const char *key, const char *value)
{
    size_t key_len = strlen(key) + 1, value_len = value ? strlen(value) : 0;
    struct xsd_sockmsg hdr = {
        .type = type,
        .req_id = next_req_id++,
        .len = key_len + value_len,
    };
    uint32_t req_id = hdr.req_id;

    if ( !xenbus_present() || hdr.len > XENSTORE_PAYLOAD_MAX )
        return NULL;

    xenbus_write(&hdr, sizeof(hdr));
    xenbus_write(key, key_len);
    xenbus_write(value, value_len);

    do {
        size_t len;

        xenbus_read(&hdr, sizeof(hdr));
        len = min(hdr.len, (uint32_t)XENSTORE_PAYLOAD_MAX);
        xenbus_read(payload, len);
        xenbus_read(NULL, hdr.len - len);
        payload[len] = '\0';
    } while ( hdr.req_id != req_id );

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
