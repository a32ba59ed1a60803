/*
 * The image's own symbols.
 *
 * The build puts them in after linking, as lines of text in order of address:
 * eight hexadecimal digits, a blank, the name.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/lib.h>

#include <xtf/lib/symbols.h>

static const char table[SYMBOLS_SIZE] __section(".symbols") __used = { 0 };

extern const uint8_t __start_text[], __end_text[];

static unsigned long parse_hex(const char *s)
{
    unsigned long val = 0;
    unsigned int i;

    for ( i = 0; i < 8; ++i )
        val = val << 4 | (s[i] <= '9' ? s[i] - '0' : s[i] - 'a' + 10);

    return val;
}

const char *symbol_lookup(unsigned long addr, unsigned long *offset)
{
    /* The compiler must not believe that the table is what it says above. */
    const char *volatile start = table;
    const char *line = start, *end = start + sizeof(table);
    const char *best = NULL;
    static char name[64];
    size_t len;

    /* The lower half of an address is enough within an image. */
    const uint32_t at = addr;

    if ( addr < _u(__start_text) || addr >= _u(__end_text) )
        return NULL;

    while ( line < end && *line )
    {
        unsigned long sym = parse_hex(line);

        if ( sym > at )
            break;

        best = line + 9;
        *offset = at - sym;

        while ( *line++ != '\n' )
            continue;
    }

    if ( !best )
        return NULL;

    for ( len = 0; best[len] != '\n' && len < sizeof(name) - 1; ++len )
        name[len] = best[len];
    name[len] = '\0';

    return name;
}

void symbol_print(const char *what, unsigned long addr)
{
    unsigned long offset;
    const char *name = symbol_lookup(addr, &offset);

    printk("%s %p", what, _p(addr));
    if ( name )
        printk(" %s+%#lx", name, offset);
    printk("\n");
}

void symbol_print_stack(const unsigned long *word, const unsigned long *end)
{
    unsigned int shown;

    printk("Code addresses on the stack:\n");
    for ( shown = 0; shown < 12 && word < end; ++word )
        if ( *word >= _u(__start_text) && *word < _u(__end_text) )
        {
            symbol_print(" ", *word);
            shown++;
        }
}
