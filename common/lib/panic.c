/*
 * The end, when nothing else is possible.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/lib.h>
#include <xtf/lib/panic.h>

static const struct panic_handler *handler;

void set_panic_handler(const struct panic_handler *new)
{
    handler = new;
}

void panic(const char *fmt, ...)
{
    va_list args;

    if ( !handler || !handler->begin() )
        printk("%sPANIC: ", console_at_line_start() ? "" : "\n");
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);

    if ( handler )
        handler->end();

    for ( ; ; )
        barrier();
}
