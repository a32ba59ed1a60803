/*
 * The verdict: the most severe one reported.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/lib.h>
#include <xtf/report.h>

/* In order of severity. */
static enum
{
    STATUS_NONE,
    STATUS_SUCCESS,
    STATUS_WARNING,
    STATUS_SKIP,
    STATUS_ERROR,
    STATUS_FAILURE,
} status;

static const struct
{
    const char *prefix, *verdict;
} names[] = {
    [STATUS_SUCCESS] = { "Success: ", "SUCCESS" },
    [STATUS_WARNING] = { "Warning: ", "SUCCESS with warnings" },
    [STATUS_SKIP]    = { "Skip: ",    "SKIP" },
    [STATUS_ERROR]   = { "Error: ",   "ERROR" },
    [STATUS_FAILURE] = { "Failure: ", "FAILURE" },
};

/* Messages may begin with what they are, by these words or "Fail: ". */
static bool has_prefix(const char *msg)
{
    unsigned int i;

    for ( i = STATUS_SUCCESS; i < ARRAY_SIZE(names); ++i )
        if ( !strncmp(msg, names[i].prefix, strlen(names[i].prefix)) )
            return true;

    return !strncmp(msg, "Fail: ", 6);
}

#define REPORTER(name, level)                                           \
void name(const char *fmt, ...)                                         \
{                                                                       \
    va_list args;                                                       \
                                                                        \
    if ( status < level )                                               \
        status = level;                                                 \
                                                                        \
    if ( fmt )                                                          \
    {                                                                   \
        if ( !has_prefix(fmt) )                                         \
            printk("%s", names[level].prefix);                          \
        va_start(args, fmt);                                            \
        vprintk(fmt, args);                                             \
        va_end(args);                                                   \
    }                                                                   \
}

REPORTER(xtf_success, STATUS_SUCCESS)
REPORTER(xtf_warning, STATUS_WARNING)
REPORTER(xtf_skip,    STATUS_SKIP)
REPORTER(xtf_error,   STATUS_ERROR)
REPORTER(xtf_failure, STATUS_FAILURE)

bool xtf_status_reported(void)
{
    return status != STATUS_NONE;
}

void xtf_report_status(void)
{
    static bool done;

    if ( done )
        return;
    done = true;

    /* The line must start a line, whatever the test printed last. */
    if ( !console_at_line_start() )
        printk("\n");

    if ( status == STATUS_NONE )
        xtf_error("The test reported no status\n");

    printk("Test result: %s\n", names[status].verdict);
}
