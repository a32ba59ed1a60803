/*
 * The exception table.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/extable.h>
#include <xtf/lib.h>

extern struct extable_entry __start_ex_table[], __end_ex_table[];

static int compare_fault(const void *l, const void *r)
{
    const struct extable_entry *a = l, *b = r;

    return a->fault < b->fault ? -1 : a->fault > b->fault;
}

static void swap_entries(void *l, void *r)
{
    struct extable_entry *a = l, *b = r, tmp = *a;

    *a = *b;
    *b = tmp;
}

void sort_extable(void)
{
    heapsort(__start_ex_table, __end_ex_table - __start_ex_table,
             sizeof(*__start_ex_table), compare_fault, swap_entries);
}

const struct extable_entry *search_extable(unsigned long ip)
{
    const struct extable_entry *lo = __start_ex_table, *hi = __end_ex_table;

    while ( lo < hi )
    {
        const struct extable_entry *mid = lo + (hi - lo) / 2;

        if ( mid->fault == ip )
            return mid;
        if ( mid->fault < ip )
            lo = mid + 1;
        else
            hi = mid;
    }

    return NULL;
}

bool use_extable(struct cpu_regs *regs)
{
    const struct extable_entry *ex = search_extable(regs->ip);

    if ( !ex )
        return false;
    if ( ex->handler )
        return ex->handler(regs, ex);
    regs->ip = ex->fixup;

    return true;
}
