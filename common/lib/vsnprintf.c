/*
 * Formatted output into a buffer.
 *
 * A directive is parsed into a struct spec, converted into up to three parts
 * (prefix, zeroes, text), and those are padded to the width.  All output goes
 * through put_char() and fill(), which alone know about the end of the buffer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdbool.h>
#include <stdint.h>

#include <xtf/libc.h>
#include <xtf/numbers.h>

#include <arch/div.h>
#include <arch/exinfo.h>

/* Where output goes.  len counts all of it, also what no longer fits. */
struct sink
{
    char *buf;
    size_t size;
    uint64_t len;
    bool crlf;
};

/* One directive of the format. */
struct spec
{
    bool left, plus, space, alt, zero;
    unsigned int width;
    int prec;        /* Negative if none was given */
    int size;        /* Bytes of the integer argument */
    char conv;
};

/* Enough for 64 bits in octal. */
#define MAX_DIGITS 22

/* c, n times.  Time depends on the buffer's size, not on n. */
static void fill(struct sink *s, char c, size_t n)
{
    if ( s->len < s->size )
    {
        size_t room = s->size - s->len;

        memset(s->buf + s->len, c, n < room ? n : room);
    }
    s->len += n;
}

static void put_char(struct sink *s, char c)
{
    if ( s->len < s->size )
        s->buf[s->len] = c;
    s->len++;
}

static void put(struct sink *s, const char *str, size_t n)
{
    for ( ; n; n--, str++ )
    {
        if ( *str == '\n' && s->crlf )
            put_char(s, '\r');
        put_char(s, *str);
    }
}

/*
 * Prefix and text with as many zeroes in between as asked for, padded with
 * spaces to the width.
 */
static void put_field(struct sink *s, const struct spec *spec,
                      const char *prefix, size_t zeroes, const char *text,
                      size_t len)
{
    size_t used = strlen(prefix) + zeroes + len;
    size_t pad = spec->width > used ? spec->width - used : 0;

    if ( !spec->left )
        fill(s, ' ', pad);
    put(s, prefix, strlen(prefix));
    fill(s, '0', zeroes);
    put(s, text, len);
    if ( spec->left )
        fill(s, ' ', pad);
}

static void put_number(struct sink *s, const struct spec *spec, uint64_t val,
                       bool negative)
{
    bool is_signed = spec->conv == 'd' || spec->conv == 'i';
    bool hex = spec->conv == 'x' || spec->conv == 'X' || spec->conv == 'p';
    unsigned int base = hex ? 16 : spec->conv == 'o' ? 8 : 10;
    const char *digits = spec->conv == 'X' ? "0123456789ABCDEF"
                                           : "0123456789abcdef";
    const char *prefix = "";
    char text[MAX_DIGITS], *start = text + MAX_DIGITS;
    size_t len, zeroes;

    if ( is_signed )
        prefix = negative ? "-" : spec->plus ? "+" : spec->space ? " " : "";
    else if ( hex && spec->alt && val )
        prefix = spec->conv == 'X' ? "0X" : "0x";

    while ( val )
        *--start = digits[divmod64(&val, base)];
    len = text + MAX_DIGITS - start;

    /*
     * The precision is a minimum of digits, 1 by default, and takes the place
     * of the 0 flag.
     */
    zeroes = spec->prec < 0 ? 1 : spec->prec;
    zeroes = zeroes > len ? zeroes - len : 0;

    if ( spec->conv == 'o' && spec->alt && !zeroes )
        zeroes = 1;

    if ( spec->prec < 0 && spec->zero && !spec->left )
    {
        size_t used = strlen(prefix) + zeroes + len;

        if ( used < spec->width )
            zeroes += spec->width - used;
    }

    put_field(s, spec, prefix, zeroes, start, len);
}

static void put_string(struct sink *s, const struct spec *spec, const char *str)
{
    if ( !str )
        str = "(null)";

    /* With a precision, the string need not end in a NUL. */
    put_field(s, spec, "", 0, str,
              spec->prec < 0 ? strlen(str) : strnlen(str, spec->prec));
}

/* An exception by mnemonic, with its error code if it has one. */
static void put_exinfo(struct sink *s, const struct spec *spec, exinfo_t info)
{
    static const char names[][EXINFO_NAME_SIZE] = { EXINFO_NAMES };
    unsigned int vec = exinfo_vec(info), ec = exinfo_ec(info);
    bool named = vec < sizeof(names) / sizeof(names[0]) && names[vec][0];
    bool has_ec = ec || exinfo_has_ec(info);
    char text[24];

    if ( !info )
        put_string(s, spec, "none");
    else
    {
        if ( named )
            snprintf(text, sizeof(text), has_ec ? "#%s[%04x]" : "#%s",
                     names[vec], ec);
        else
            snprintf(text, sizeof(text), ec ? "#vec[%#x][%04x]" : "#vec[%#x]",
                     vec, ec);
        put_string(s, spec, text);
    }
}

/* Bytes of memory, as hexadecimal digits with a space between them. */
static void put_bytes(struct sink *s, const uint8_t *bytes, unsigned int nr)
{
    static const char digits[] = "0123456789abcdef";
    unsigned int i;

    for ( i = 0; i < nr; ++i )
    {
        const char text[] = {
            ' ', digits[bytes[i] >> 4], digits[bytes[i] & 15],
        };

        put(s, i ? text : text + 1, i ? 3 : 2);
    }
}

/*
 * Digits at *fmt as a number, INT_MAX if it is larger; *fmt moves past them.
 */
static unsigned int parse_number(const char **fmt)
{
    uint64_t val = 0;

    for ( ; **fmt >= '0' && **fmt <= '9'; ++*fmt )
    {
        val = val * 10 + (**fmt - '0');
        if ( val > __INT_MAX__ )
            val = __INT_MAX__;
    }

    return val;
}

/*
 * The length modifier at *fmt as the size of an integer; *fmt moves past it.
 */
static int parse_size(const char **fmt)
{
    switch ( *(*fmt)++ )
    {
    case 'h':
        if ( **fmt != 'h' )
            return sizeof(short);
        ++*fmt;
        return sizeof(char);

    case 'l':
        if ( **fmt != 'l' )
            return sizeof(long);
        ++*fmt;
        return sizeof(long long);

    case 'j':
        return sizeof(intmax_t);

    case 'z':
        return sizeof(size_t);

    case 't':
        return sizeof(ptrdiff_t);
    }

    --*fmt;
    return sizeof(int);
}

int vsnprintf_internal(char *buf, size_t size, const char *fmt, va_list args,
                       unsigned int flags)
{
    struct sink s = { .buf = buf, .size = size, .crlf = flags & LF_TO_CRLF };

    while ( *fmt )
    {
        const char *start = fmt;
        struct spec spec = { .prec = -1 };
        uint64_t val;
        char c;

        while ( *fmt && *fmt != '%' )
            fmt++;
        put(&s, start, fmt - start);
        if ( !*fmt )
            break;

        start = fmt++;

        for ( ; ; fmt++ )
        {
            if ( *fmt == '-' )
                spec.left = true;
            else if ( *fmt == '+' )
                spec.plus = true;
            else if ( *fmt == ' ' )
                spec.space = true;
            else if ( *fmt == '#' )
                spec.alt = true;
            else if ( *fmt == '0' )
                spec.zero = true;
            else
                break;
        }

        if ( *fmt == '*' )
        {
            int width = va_arg(args, int);

            /*
             * A negative width is a - flag and a width; the negation is
             * unsigned for INT_MIN's sake.
             */
            if ( width < 0 )
                spec.left = true;
            spec.width = width < 0 ? -(unsigned int)width : (unsigned int)width;
            fmt++;
        }
        else
            spec.width = parse_number(&fmt);

        if ( *fmt == '.' )
        {
            fmt++;
            if ( *fmt == '*' )
            {
                spec.prec = va_arg(args, int);
                fmt++;
            }
            else
                spec.prec = parse_number(&fmt);
        }

        spec.size = parse_size(&fmt);

        switch ( spec.conv = *fmt )
        {
        case 'd':
        case 'i':
            val = spec.size > (int)sizeof(int) ? va_arg(args, int64_t)
                                               : va_arg(args, int);
            if ( spec.size == sizeof(char) )
                val = (signed char)val;
            else if ( spec.size == sizeof(short) )
                val = (short)val;
            if ( (int64_t)val < 0 )
                put_number(&s, &spec, -val, true);
            else
                put_number(&s, &spec, val, false);
            break;

        case 'u':
        case 'o':
        case 'x':
        case 'X':
            val = spec.size > (int)sizeof(int) ? va_arg(args, uint64_t)
                                               : va_arg(args, unsigned int);
            if ( spec.size == sizeof(char) )
                val = (unsigned char)val;
            else if ( spec.size == sizeof(short) )
                val = (unsigned short)val;
            put_number(&s, &spec, val, false);
            break;

        case 'p':
            val = (unsigned long)va_arg(args, void *);
            if ( fmt[1] == 'e' )
            {
                fmt++;
                put_exinfo(&s, &spec, val);
                break;
            }
            if ( fmt[1] == 'h' )
            {
                fmt++;
                put_bytes(&s, _p(val), spec.width);
                break;
            }
            /* All digits of an address, so that columns of them line up. */
            if ( spec.prec < 0 )
                spec.prec = 2 * sizeof(void *);
            put_number(&s, &spec, val, false);
            break;

        case 'c':
            c = va_arg(args, int);
            put_field(&s, &spec, "", 0, &c, 1);
            break;

        case 's':
            put_string(&s, &spec, va_arg(args, const char *));
            break;

        case '%':
            put(&s, "%", 1);
            break;

        case '\0':
            /* The format ends inside of a directive. */
            put(&s, start, fmt - start);
            continue;

        default:
            put(&s, start, fmt - start + 1);
            break;
        }

        fmt++;
    }

    if ( size )
        buf[s.len < size ? s.len : size - 1] = '\0';

    return s.len > __INT_MAX__ ? -1 : (int)s.len;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    return vsnprintf_internal(buf, size, fmt, args, 0);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(buf, size, fmt, args);
    va_end(args);

    return len;
}
