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

/* Gets everything in place of the sinks, if set; its own position in a line. */
static cons_output_cb redirected;
static bool redirected_mid_line;

static struct xencons_interface *pv_ring;
evtchn_port_t pv_console_port;

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

    if ( redirected )
    {
        redirected_mid_line = buf[len - 1] != '\n';
        redirected(buf, len);
        return;
    }

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

void console_redirect(cons_output_cb fn)
{
    redirected = fn;
    redirected_mid_line = false;
}

bool console_at_line_start(void)
{
    return redirected ? !redirected_mid_line : !mid_line;
}

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

void init_pv_console(struct xencons_interface *ring, evtchn_port_t port)
{
    pv_ring = ring;
    pv_console_port = port;

    register_console_callback(pv_console_sink);
}

void console_flush(void)
{
    if ( pv_ring )
        while ( LOAD_ACQUIRE(&pv_ring->out_cons) != pv_ring->out_prod )
            hypercall_yield();
}
