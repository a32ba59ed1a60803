/*
 * Console output to all sinks, and the PV console's ring.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>

static cons_output_cb sinks[4];
static unsigned int nr_sinks;
static bool mid_line;

static struct xencons_interface *pv_ring;
static evtchn_port_t pv_port;

void register_console_callback(cons_output_cb fn)
{
    if ( nr_sinks < ARRAY_SIZE(sinks) )
        sinks[nr_sinks++] = fn;
}

void vprintk(const char *fmt, va_list args)
{
    static char buf[2048];
    size_t len;
    unsigned int i;
    int rc = vsnprintf(buf, sizeof(buf), fmt, args);

    if ( rc <= 0 )
        return;

    len = min((size_t)rc, sizeof(buf) - 1);
    mid_line = buf[len - 1] != '\n';

    for ( i = 0; i < nr_sinks; ++i )
        sinks[i](buf, len);
}

void printk(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);
}

bool console_at_line_start(void)
{
    return !mid_line;
}

/* As many bytes as there is space for; the other end may be of any mind. */
static size_t pv_write_some(const char *buf, size_t len)
{
    uint32_t cons = LOAD_ACQUIRE(&pv_ring->out_cons);
    uint32_t prod = pv_ring->out_prod;
    size_t done = 0;

    while ( done < len && prod - cons < sizeof(pv_ring->out) )
        pv_ring->out[MASK_XENCONS_IDX(prod++, pv_ring->out)] = buf[done++];

    STORE_RELEASE(&pv_ring->out_prod, prod);

    return done;
}

void pv_console_write(const char *buf, size_t len)
{
    while ( len )
    {
        size_t done = pv_write_some(buf, len);

        buf += done;
        len -= done;

        if ( done )
            hypercall_evtchn_send(pv_port);
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
    uint32_t cons, prod;
    size_t done = 0;

    if ( !pv_ring )
        return 0;

    cons = pv_ring->in_cons;
    prod = LOAD_ACQUIRE(&pv_ring->in_prod);

    while ( done < len && cons != prod )
        buf[done++] = pv_ring->in[MASK_XENCONS_IDX(cons++, pv_ring->in)];

    if ( done )
    {
        STORE_RELEASE(&pv_ring->in_cons, cons);
        hypercall_evtchn_send(pv_port);
    }

    return done;
}

void init_pv_console(struct xencons_interface *ring, evtchn_port_t port)
{
    pv_ring = ring;
    pv_port = port;

    register_console_callback(pv_console_sink);
}

void console_flush(void)
{
    if ( pv_ring )
        while ( LOAD_ACQUIRE(&pv_ring->out_cons) != pv_ring->out_prod )
            hypercall_yield();
}
