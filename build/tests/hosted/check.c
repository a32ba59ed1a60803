/*
 * Check the C library subset, heapsort, division, bit and atomic operations of
 * the runtime on the host.
 *
 * A program without any C library: the code under test is linked as it is for
 * an image, in its own names, and Linux is called directly for output and
 * exit.  So it needs no 32-bit libraries to run in 32 bits.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "check.h"

#include <arch/div.h>

unsigned int passed, failed;

/* A system call of Linux, for write and exit. */
static long sys(long nr, long a, const void *b, long c)
{
#ifdef __x86_64__
    __asm__ __volatile__ ("syscall" : "+a" (nr) : "D" (a), "S" (b), "d" (c) : "rcx", "r11", "memory");
#else
    __asm__ __volatile__ ("int $0x80" : "+a" (nr) : "b" (a), "c" (b), "d" (c) : "memory");
#endif

    return nr;
}

#ifdef __x86_64__
# define SYS_write 1
# define SYS_exit  60
# define WIDTH     "64-bit"
#else
# define SYS_write 4
# define SYS_exit  1
# define WIDTH     "32-bit"
#endif

void say(const char *str)
{
    long len = 0;

    while ( str[len] )
        len++;
    sys(SYS_write, 1, str, len);
}

void say_number(long long val)
{
    char digits[24], *pos = &digits[23];
    unsigned long long rest = val < 0 ? -(unsigned long long)val : (unsigned long long)val;

    *pos = '\0';
    do
        *--pos = '0' + divmod64((uint64_t *)&rest, 10);
    while ( rest );
    if ( val < 0 )
        *--pos = '-';
    say(pos);
}

bool check(bool ok, const char *what, long long detail)
{
    if ( ok )
        passed++;
    else if ( ++failed <= 20 )
    {
        say("FAIL: " WIDTH ": ");
        say(what);
        say(" (");
        say_number(detail);
        say(")\n");
    }

    return ok;
}

/* The images' panic(), for ASSERT(). */
void panic(const char *fmt, ...)
{
    say("panic: ");
    say(fmt);
    sys(SYS_exit, 1, NULL, 0);
    __builtin_unreachable();
}

unsigned int rnd(unsigned int n)
{
    static uint32_t seed = 2463534242u;

    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;

    return seed % n;
}

bool same(const void *a, const void *b, size_t n)
{
    const char *pa = a, *pb = b;

    while ( n && *pa == *pb )
        n--, pa++, pb++;

    return !n;
}

bool all(const void *buf, unsigned char c, size_t n)
{
    const unsigned char *p = buf;

    while ( n && *p == c )
        n--, p++;

    return !n;
}

void __noreturn __used _start(void)
{
    check_printf();
    check_strings();
    check_primitives();
    check_fdt();

    say(WIDTH ": ");
    say_number(passed);
    say(" passed, ");
    say_number(failed);
    say(" failed\n");

    sys(SYS_exit, failed != 0, NULL, 0);
    __builtin_unreachable();
}
