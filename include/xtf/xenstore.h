/*
 * A xenstore client, enough to read and write single keys.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_XENSTORE_H
#define XTF_XENSTORE_H

#include <xtf/types.h>

/**
 * Call before anything else here.
 * @return 0; -ENODEV: this domain has no xenstore, and reads have no answer.
 */
int xenstore_init(void);

/** Does this domain have a xenstore to talk to? */
bool xenstore_available(void);

/**
 * The value of @p key, relative to the domain's home or absolute.
 *
 * @return a static buffer, overwritten by the next call; or NULL if there is
 *         no such key, no permission, or no xenstore.
 */
const char *xenstore_read(const char *key);

/** Set @p key to @p value.  @return whether xenstored agreed. */
bool xenstore_write(const char *key, const char *value);

#endif /* XTF_XENSTORE_H */
