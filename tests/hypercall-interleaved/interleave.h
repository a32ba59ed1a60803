/*
 * A hypercall that Xen preempts, with other work between its parts.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef INTERLEAVE_H
#define INTERLEAVE_H

#include <xtf.h>

/**
 * Prepare the next hypercall: an upcall is pending, so that Xen preempts it as
 * soon as it can, and the handler of the upcall calls @p fn.
 */
void interleave_begin(void (*fn)(void));

/** No upcalls from here on.  @return true if the handler was called. */
bool interleave_end(void);

/* The result of a hypercall, with fn() called in its middle. */
#define interleaved(fn, call)                                           \
({                                                                      \
    long rc_;                                                           \
                                                                        \
    interleave_begin(fn);                                               \
    rc_ = (call);                                                       \
    expect_true(interleave_end());                                     \
    rc_;                                                                \
})

#endif /* INTERLEAVE_H */
