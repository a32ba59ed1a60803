/*
 * Text out of the guest.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_CONSOLE_H
#define XTF_CONSOLE_H

#include <xtf/compiler.h>
#include <xtf/types.h>

#include <xen/event_channel.h>
#include <xen/io/console.h>

typedef void (*cons_output_cb)(const char *buf, size_t len);

/** Add a sink for everything that is printed from now on (four at most). */
void register_console_callback(cons_output_cb fn);

/**
 * Have @p fn get everything that is printed from now on, and no console.
 * NULL ends that.
 */
void console_redirect(cons_output_cb fn);

/** Print to all consoles, formatted as vsnprintf() does. */
void vprintk(const char *fmt, va_list args) __printf(1, 0);
void printk(const char *fmt, ...) __printf(1, 2);

/** Is the next character printed the first of a line? */
bool console_at_line_start(void);

/** Wait until the other ends have read what was printed. */
void console_flush(void);

/** Have console_flush() call @p fn, which waits for the reader of a sink. */
void console_set_flush(void (*fn)(void));

/** Use @p ring, whose other end is told through @p port, as PV console. */
void init_pv_console(struct xencons_interface *ring, evtchn_port_t port);

/*
 * The guest's side of a console ring: put output in as far as there is space,
 * get input out as far as there is some.  Both return how many bytes it was,
 * and leave it to the caller to tell the other end.
 */
size_t xencons_put(struct xencons_interface *ring, const char *buf, size_t len);
size_t xencons_get(struct xencons_interface *ring, char *buf, size_t len);

/* Its port, 0 without a console.  Code that rebinds it must update this. */
extern evtchn_port_t pv_console_port;

/** Put @p len bytes into the PV console's ring, waiting for space. */
void pv_console_write(const char *buf, size_t len);

/**
 * Read what is there, @p len bytes at most, from the PV console.
 * @return how many; 0 also when there is no PV console.
 */
size_t pv_console_read_some(char *buf, size_t len);

#endif /* XTF_CONSOLE_H */
