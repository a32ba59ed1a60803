/*
 * Output of printk() to its sinks, the console ring, and the command line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

static char captured[128];
static size_t nr_captured;

static void capture(const char *buf, size_t len)
{
    len = min(len, sizeof(captured) - 1 - nr_captured);
    memcpy(captured + nr_captured, buf, len);
    nr_captured += len;
    captured[nr_captured] = '\0';
}

CASE("printk(): redirected -> sink receives the formatted text")
{
    nr_captured = 0;
    console_redirect(capture);
    printk("%s-%u\n", "abc", 7);
    printk("%s", "");
    console_redirect(NULL);

    expect_str(captured, "abc-7\n");
}

static size_t nr_seen;

static void count(const char *buf, size_t len)
{
    nr_seen += len;
}

CASE("printk(): second sink, later redirected -> both receive it, only the redirection does")
{
    register_console_callback(count);

    printk("four");
    expect_eq(nr_seen, 4);
    printk("\n");

    nr_seen = 0;
    nr_captured = 0;
    console_redirect(capture);
    printk("unseen");
    console_redirect(NULL);
    expect_eq(nr_seen, 0);
    expect_str(captured, "unseen");
}

CASE("console_at_line_start(): after text, newline, nothing -> false, true, true")
{
    printk("half a line");
    expect_false(console_at_line_start());
    printk("\n");
    expect_true(console_at_line_start());
    printk("%s", "");
    expect_true(console_at_line_start());
}

static struct xencons_interface ring;

/* Ring indices that wrap at the ring's end, and also at 2^32. */
static const uint32_t starts[] = {
    0, sizeof(ring.out) - 5, 0xffffffff - 4,
};

CASE("xencons_put(): more text than the ring holds -> wraps, stops when full, writes nothing else")
{
    static char text[sizeof(ring.out) + 10];
    unsigned int s, i;

    for ( i = 0; i < sizeof(text); ++i )
        text[i] = 'a' + i % 23;

    for ( s = 0; s < ARRAY_SIZE(starts); ++s )
    {
        uint32_t pos = starts[s];
        unsigned int wrong = 0;

        memset(&ring, 0x5a, sizeof(ring));
        ring.out_cons = ring.out_prod = pos;

        expect_eq(xencons_put(&ring, text, sizeof(text)), sizeof(ring.out));
        expect_hex(ring.out_prod, (uint32_t)(pos + sizeof(ring.out)));
        expect_eq(xencons_put(&ring, text, 1), 0);

        for ( i = 0; i < sizeof(ring.out); ++i )
            wrong += ring.out[(pos + i) % sizeof(ring.out)] != text[i];
        expect_msg(!wrong, "%u bytes of output differ, expected 0", wrong);

        /* The other end consumes three bytes: space for three. */
        ring.out_cons += 3;
        expect_eq(xencons_put(&ring, "1234", 4), 3);
        expect_eq(ring.out[pos % sizeof(ring.out)], '1');
        expect_eq(ring.out[(pos + 2) % sizeof(ring.out)], '3');

        /* The consumer's index and the input ring are not written. */
        expect_hex(ring.out_cons, (uint32_t)(pos + 3));
        expect_hex(ring.in_prod, 0x5a5a5a5a);
        expect_fill(ring.in, 0x5a, sizeof(ring.in));
    }
}

CASE("xencons_get(): input across the ring's end -> all bytes up to in_prod, no more")
{
    unsigned int s, i;
    char buf[16];

    for ( s = 0; s < ARRAY_SIZE(starts); ++s )
    {
        uint32_t pos = starts[s];

        memset(&ring, 0x5a, sizeof(ring));
        ring.in_cons = pos;
        ring.in_prod = pos + 10;
        for ( i = 0; i < 10; ++i )
            ring.in[(pos + i) % sizeof(ring.in)] = '0' + i;

        memset(buf, 0x77, sizeof(buf));
        expect_eq(xencons_get(&ring, buf, 7), 7);
        expect_mem(buf, "0123456\x77", 8);
        expect_hex(ring.in_cons, (uint32_t)(pos + 7));

        memset(buf, 0x77, sizeof(buf));
        expect_eq(xencons_get(&ring, buf, sizeof(buf)), 3);
        expect_mem(buf, "789\x77", 4);
        expect_eq(xencons_get(&ring, buf, sizeof(buf)), 0);
        expect_hex(ring.in_prod, (uint32_t)(pos + 10));
    }
}

static char saved_cmdline[sizeof(xtf_cmdline)];

static void restore_cmdline(void *unused)
{
    memcpy(xtf_cmdline, saved_cmdline, sizeof(xtf_cmdline));
}

static void set_cmdline(const char *line)
{
    memcpy(saved_cmdline, xtf_cmdline, sizeof(xtf_cmdline));
    xtf_case_cleanup(restore_cmdline, NULL);
    strcpy(xtf_cmdline, line);
}

CASE("cmdline_has(): whole words, parts, keys of values -> true, false, false")
{
    set_cmdline("  quick\tfoo=1 fooled  last");

    expect_true(cmdline_has("quick"));
    expect_true(cmdline_has("last"));
    expect_false(cmdline_has("foo"));
    expect_false(cmdline_has("fool"));
    expect_false(cmdline_has("las"));
    expect_false(cmdline_has(""));
}

CASE("cmdline_value(): key twice, long value, unknown key -> last value, truncated, false")
{
    char buf[8];

    set_cmdline("a=1 ab=22 a=333 long=123456789 empty= a");

    expect_true(cmdline_value("a", buf, sizeof(buf)));
    expect_str(buf, "333");
    expect_true(cmdline_value("ab", buf, sizeof(buf)));
    expect_str(buf, "22");
    expect_true(cmdline_value("empty", buf, sizeof(buf)));
    expect_str(buf, "");

    memset(buf, 0x5a, sizeof(buf));
    expect_true(cmdline_value("long", buf, 4));
    expect_mem(buf, "123\0\x5a", 5);

    memset(buf, 0x5a, sizeof(buf));
    expect_false(cmdline_value("b", buf, sizeof(buf)));
    expect_fill(buf, 0x5a, sizeof(buf));
}

CASE("xtf_cmdline: start info has a command line -> the same text")
{
    const char *line;

#ifdef CONFIG_PV
    line = (const char *)pv_start_info->cmd_line;
#else
    if ( !pvh_start_info )
        skip_case("needs PVH start info: the loader passed none");
    line = _p(pvh_start_info->cmdline_paddr) ?: "";
#endif

    expect_str(xtf_cmdline, line);
}
