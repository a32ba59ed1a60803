/*
 * Looking up words of the command line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/core/cmdline.h>
#include <xtf/lib.h>

char xtf_cmdline[1024];

/* The next word at or after *pos, its length in *len; NULL at the end. */
static const char *next_word(const char **pos, size_t *len)
{
    const char *word = *pos, *end;

    while ( *word == ' ' || *word == '\t' )
        word++;
    for ( end = word; *end && *end != ' ' && *end != '\t'; )
        end++;

    *pos = end;
    *len = end - word;

    return *len ? word : NULL;
}

bool cmdline_has(const char *name)
{
    const char *pos = xtf_cmdline, *word;
    size_t len, want = strlen(name);

    while ( (word = next_word(&pos, &len)) )
        if ( len == want && !memcmp(word, name, len) )
            return true;

    return false;
}

bool cmdline_next_value(const char *name, const char **pos, char *buf,
                        size_t size)
{
    const char *word;
    size_t len, want = strlen(name);

    if ( !*pos )
        *pos = xtf_cmdline;

    while ( (word = next_word(pos, &len)) )
    {
        if ( len <= want || word[want] != '=' || memcmp(word, name, want) )
            continue;

        len -= want + 1;
        if ( size )
        {
            len = min(len, size - 1);
            memcpy(buf, word + want + 1, len);
            buf[len] = '\0';
        }

        return true;
    }

    return false;
}

bool cmdline_value(const char *name, char *buf, size_t size)
{
    const char *pos = NULL;
    bool found = false;

    while ( cmdline_next_value(name, &pos, buf, size) )
        found = true;

    return found;
}
