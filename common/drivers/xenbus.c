/*
 * The ring to xenstored.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/xenbus.h>

static xenbus_interface_t *xb_ring;
evtchn_port_t xenbus_port;

void init_xenbus(xenbus_interface_t *ring, evtchn_port_t port)
{
    xb_ring = ring;
    xenbus_port = port;
}

bool xenbus_present(void)
{
    return xb_ring;
}

void xenbus_write(const void *buf, size_t len)
{
    const char *p = buf;

    while ( len )
    {
        uint32_t prod = xb_ring->req_prod;
        uint32_t space = XENSTORE_RING_SIZE -
            (prod - LOAD_ACQUIRE(&xb_ring->req_cons));

        if ( !space )
        {
            hypercall_yield();
            continue;
        }

        for ( ; len && space; --len, --space )
            xb_ring->req[MASK_XENSTORE_IDX(prod++)] = *p++;

        STORE_RELEASE(&xb_ring->req_prod, prod);
        hypercall_evtchn_send(xenbus_port);
    }
}

void xenbus_read(void *buf, size_t len)
{
    char *p = buf;

    while ( len )
    {
        uint32_t cons = xb_ring->rsp_cons;
        uint32_t avail = LOAD_ACQUIRE(&xb_ring->rsp_prod) - cons;

        if ( !avail )
        {
            hypercall_yield();
            continue;
        }

        for ( ; len && avail; --len, --avail )
        {
            char c = xb_ring->rsp[MASK_XENSTORE_IDX(cons++)];

            if ( p )
                *p++ = c;
        }

        STORE_RELEASE(&xb_ring->rsp_cons, cons);
        hypercall_evtchn_send(xenbus_port);
    }
}
