/*
 * Measuring what an operation costs.
 *
 *     BENCH: cpu="..."
 *     BENCH: hypercall.null unit=cycles median=812 p10=800 p90=858 n=1000
 *     BENCH: gnttab.copy.4096 unit=cycles ... n=1000 bytes=4096
 *
 * A cost is in cycles of the time stamp counter, the cost of reading it taken
 * off.  n calls are measured one by one, after some that are not; the median
 * is what to look at, and the tenth and ninetieth percentile tell how far to
 * trust it.  Costs compare with the null hypercall of the same run, which is
 * why that always comes first.  Under QEMU's TCG the counter counts
 * instructions, in steps that xtf-runner --bench knows.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_BENCH_H
#define XTF_BENCH_H

#include <xtf/types.h>

/**
 * Print the name of the processor and the cost of the null hypercall.  Call it
 * once, before bench_run().
 */
void bench_begin(void);

/**
 * Measure @p fn, and print a line for it.
 *
 * @param name   subject.operation[.size]
 * @param fn     the operation, including what makes it repeatable; it returns
 *               0, or else the test is an ERROR
 * @param arg    the argument of @p fn
 * @param bytes  bytes that one call moves, or 0 if it moves no data
 */
void bench_run(const char *name, long (*fn)(void *), void *arg, size_t bytes);

#endif /* XTF_BENCH_H */
