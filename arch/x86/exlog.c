/*
 * The log of exceptions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/exlog.h>
#include <xtf/extable.h>
#include <xtf/lib.h>

static exlog_entry_t entries[64];
static unsigned int nr_entries;
static bool logging;

void xtf_exlog_start(void)
{
    xtf_exlog_reset();
    logging = true;
}

void xtf_exlog_stop(void)
{
    logging = false;
}

void xtf_exlog_reset(void)
{
    nr_entries = 0;
}

unsigned int xtf_exlog_entries(void)
{
    return nr_entries;
}

exlog_entry_t *xtf_exlog_entry(unsigned int idx)
{
    return idx < nr_entries ? &entries[idx] : NULL;
}

void xtf_exlog_log_exception(const struct cpu_regs *regs)
{
    if ( !logging || nr_entries == ARRAY_SIZE(entries) )
        return;

    entries[nr_entries++] = (exlog_entry_t){
        .ip = regs->ip,
        .cs = regs->cs,
        .ec = regs->error_code,
        .ev = regs->entry_vector,
    };
}

void xtf_exlog_dump_log(void)
{
    const exlog_entry_t *e;
    unsigned int i;

    printk("Exceptions logged: %u\n", nr_entries);
    for ( i = 0; (e = xtf_exlog_entry(i)); ++i )
        printk(" %02u: %04x:%p %pe\n",
               i, e->cs, _p(e->ip), _p(EXINFO(e->ev, e->ec)));
}
