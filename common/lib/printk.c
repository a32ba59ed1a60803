/*
 * Console output, to all sinks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/lib.h>

static cons_output_cb sinks[4];
static unsigned int nr_sinks;
static bool mid_line;

/* Gets everything in place of the sinks, if set; its own position in a line. */
static cons_output_cb redirected;
static bool redirected_mid_line;

static void (*flush)(void);

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

void console_set_flush(void (*fn)(void))
{
    flush = fn;
}

void console_flush(void)
{
    if ( flush )
        flush();
}
