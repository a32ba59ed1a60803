/*
 * Heapsort: in place, no recursion, no memory of its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/lib.h>

/* Exchange two elements byte by byte. */
static void swap_bytes(char *a, char *b, size_t size)
{
    for ( ; size; size--, a++, b++ )
    {
        char tmp = *a;

        *a = *b;
        *b = tmp;
    }
}

void heapsort(void *base, size_t nr, size_t size,
              int (*compar)(const void *, const void *),
              void (*swap)(void *, void *))
{
    char *elem = base;
    size_t unheaped = nr / 2, unsorted = nr;

    /*
     * Elements [unheaped, unsorted) satisfy the heap property: none is smaller
     * than its children 2i + 1 and 2i + 2. First that range grows downwards
     * until it is a heap of all; then its largest element goes behind its end
     * again and again.  Either way one element is out of place afterwards, and
     * sinks.
     */
    while ( unsorted > 1 )
    {
        size_t parent, child;

        if ( unheaped )
            parent = --unheaped;
        else
        {
            parent = 0;
            unsorted--;
            if ( swap )
                swap(elem, elem + unsorted * size);
            else
                swap_bytes(elem, elem + unsorted * size, size);
        }

        for ( ; (child = 2 * parent + 1) < unsorted; parent = child )
        {
            if ( child + 1 < unsorted &&
                 compar(elem + child * size, elem + (child + 1) * size) < 0 )
                child++;
            if ( compar(elem + parent * size, elem + child * size) >= 0 )
                break;
            if ( swap )
                swap(elem + parent * size, elem + child * size);
            else
                swap_bytes(elem + parent * size, elem + child * size, size);
        }
    }
}
