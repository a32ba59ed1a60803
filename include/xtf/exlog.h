/*
 * A log of the exceptions that were taken, in order.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_EXLOG_H
#define XTF_EXLOG_H

#include <xtf/types.h>

struct cpu_regs;

typedef struct exlog_entry
{
    unsigned long ip;
    uint16_t cs, ec;
    uint8_t ev;         /* Vector. */
} exlog_entry_t;

/** Log from now on (the log is emptied), and no longer. */
void xtf_exlog_start(void);
void xtf_exlog_stop(void);

/** Empty the log. */
void xtf_exlog_reset(void);

/** How many entries there are.  The log is full at 64, and drops the rest. */
unsigned int xtf_exlog_entries(void);

/** An entry, the oldest being 0.  NULL beyond the end. */
exlog_entry_t *xtf_exlog_entry(unsigned int idx);

/** Add an exception, if the log was started.  Every one passes through here. */
void xtf_exlog_log_exception(const struct cpu_regs *regs);

/** Print the log. */
void xtf_exlog_dump_log(void);

#endif /* XTF_EXLOG_H */
