/*
 * How panic() ends: what it says first, and where it goes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_LIB_PANIC_H
#define XTF_LIB_PANIC_H

#include <xtf/compiler.h>
#include <xtf/types.h>

struct panic_handler
{
    /** Begin the line with what was going on; false if there is no such thing. */
    bool (*begin)(void);

    /** Report the error and end; does not return. */
    void (*end)(void);
};

/** Without one, panic() prints its message and stops. */
void set_panic_handler(const struct panic_handler *handler);

#endif /* XTF_LIB_PANIC_H */
