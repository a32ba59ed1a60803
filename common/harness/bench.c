/*
 * Measuring: see <xtf/harness/bench.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/harness/bench.h>
#include <xtf/console.h>
#include <xtf/framework.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/report.h>

#include <arch/lib.h>

#define NR_SAMPLES 1000
#define NR_WARMUP  100

static uint64_t samples[NR_SAMPLES];
static uint64_t overhead;

static int compare_samples(const void *l, const void *r)
{
    const uint64_t *a = l, *b = r;

    return *a < *b ? -1 : *a > *b;
}

static void swap_samples(void *l, void *r)
{
    uint64_t *a = l, *b = r, tmp = *a;

    *a = *b;
    *b = tmp;
}

/* Fill samples[], in order.  @return what fn returned when it failed, or 0. */
static long measure(long (*fn)(void *), void *arg)
{
    unsigned int i;

    for ( i = 0; i < NR_WARMUP + NR_SAMPLES; ++i )
    {
        uint64_t start = counter_ordered(), end;
        long rc = fn(arg);

        end = counter_ordered();
        if ( rc )
            return rc;
        if ( i < NR_WARMUP )
            continue;

        /* A negative cost is within the noise: it counts as 0. */
        end -= start;
        samples[i - NR_WARMUP] = end > overhead ? end - overhead : 0;
    }

    heapsort(samples, NR_SAMPLES, sizeof(*samples),
             compare_samples, swap_samples);

    return 0;
}

static long nothing(void *unused)
{
    return 0;
}

/* The cheapest there is: a number that Xen knows by heart. */
static long null_hypercall(void *unused)
{
    return hypercall_xen_version(XENVER_version, NULL) <= 0;
}

static void print_processor(void)
{
    char name[ARCH_PROCESSOR_NAME_SIZE] = "";

    arch_processor_name(name);
    printk("BENCH: cpu=\"%s\"\n", name);
}

void bench_begin(void)
{
    print_processor();

    overhead = 0;
    measure(nothing, NULL);
    overhead = samples[NR_SAMPLES / 2];

    bench_run("hypercall.null", null_hypercall, NULL, 0);
}

void bench_run(const char *name, long (*fn)(void *), void *arg, size_t bytes)
{
    long rc = measure(fn, arg);

    if ( rc )
    {
        xtf_error("%s: it failed with %ld\n", name, rc);
        return;
    }

    printk("BENCH: %s unit=cycles median=%" PRIu64 " p10=%" PRIu64
           " p90=%" PRIu64 " n=%u", name, samples[NR_SAMPLES / 2],
           samples[NR_SAMPLES / 10], samples[NR_SAMPLES * 9 / 10], NR_SAMPLES);
    if ( bytes )
        printk(" bytes=%zu", bytes);
    printk("\n");
}
