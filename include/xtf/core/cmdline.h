/*
 * The command line that the domain was built with: words, each a flag or a
 * name=value, separated by blanks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_CMDLINE_H
#define XTF_CMDLINE_H

#include <xtf/types.h>

/* The whole line; empty if there is none.  Cut at 1023 characters. */
extern char xtf_cmdline[1024];

/** Is @p word there, as a whole word without a value? */
bool cmdline_has(const char *word);

/**
 * Copy the value of the last name=value to @p buf, cut to @p size - 1
 * characters.  @return whether there is one.
 */
bool cmdline_value(const char *name, char *buf, size_t size);

/**
 * The same for each name=value in turn: *pos is NULL before the first one.
 * @return whether there is another.
 */
bool cmdline_next_value(const char *name, const char **pos, char *buf,
                        size_t size);

#endif /* XTF_CMDLINE_H */
