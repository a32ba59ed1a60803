/*
 * The ring of the PV console.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

static struct xencons_interface *pv_ring;
evtchn_port_t pv_console_port;

size_t xencons_put(struct xencons_interface *ring, const char *buf, size_t len)
{
    uint32_t cons = LOAD_ACQUIRE(&ring->out_cons);
    uint32_t prod = ring->out_prod;
    size_t done = 0;

    while ( done < len && prod - cons < sizeof(ring->out) )
        ring->out[MASK_XENCONS_IDX(prod++, ring->out)] = buf[done++];

    STORE_RELEASE(&ring->out_prod, prod);

    return done;
}

size_t xencons_get(struct xencons_interface *ring, char *buf, size_t len)
{
    uint32_t cons = ring->in_cons;
    uint32_t prod = LOAD_ACQUIRE(&ring->in_prod);
    size_t done = 0;

    while ( done < len && cons != prod )
        buf[done++] = ring->in[MASK_XENCONS_IDX(cons++, ring->in)];

    STORE_RELEASE(&ring->in_cons, cons);

    return done;
}

void pv_console_write(const char *buf, size_t len)
{
    while ( len )
    {
        size_t done = xencons_put(pv_ring, buf, len);

        buf += done;
        len -= done;

        if ( done )
            hypercall_evtchn_send(pv_console_port);
        else
            hypercall_yield();
    }
}

/* Terminals want a carriage return too. */
static void pv_console_sink(const char *buf, size_t len)
{
    size_t start = 0, i;

    for ( i = 0; i < len; ++i )
        if ( buf[i] == '\n' )
        {
            pv_console_write(buf + start, i - start);
            pv_console_write("\r\n", 2);
            start = i + 1;
        }

    pv_console_write(buf + start, len - start);
}

size_t pv_console_read_some(char *buf, size_t len)
{
    size_t done = pv_ring ? xencons_get(pv_ring, buf, len) : 0;

    if ( done )
        hypercall_evtchn_send(pv_console_port);

    return done;
}

static void wait_until_read(void)
{
    while ( LOAD_ACQUIRE(&pv_ring->out_cons) != pv_ring->out_prod )
        hypercall_yield();
}

void init_pv_console(struct xencons_interface *ring, evtchn_port_t port)
{
    pv_ring = ring;
    pv_console_port = port;

    register_console_callback(pv_console_sink);
    console_set_flush(wait_until_read);
}
