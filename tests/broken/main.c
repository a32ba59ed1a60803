/**
 * @file tests/broken/main.c
 * @ref test-broken
 *
 * @page test-broken Broken
 *
 * Images that do not end as images should, to try the runner with: each
 * variation misbehaves in the way of its name.  None may ever end in SUCCESS,
 * and none may keep the runner for longer than its time limit.  They are of
 * category `broken`, which only runs when it is asked for by name, and they
 * expect to be dom0.  build/tests/runner/check_broken.py holds what verdict
 * each must get.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "Broken on purpose";

static void __noreturn hang(void)
{
#ifdef CONFIG_HVM
    asm volatile ("cli");
#endif

    for ( ;; )
        asm volatile ("pause" ::: "memory");
}

static void hypercall_loop(void)
{
    for ( ;; )
        hypercall_yield();
}

/* Without a table to find a handler in, one exception becomes the last. */
static void triple_fault(void)
{
#ifdef CONFIG_PV
    hypercall_set_trap_table(NULL);
#else
    desc_ptr nothing = {};

    lidt(&nothing);
#endif
    asm volatile ("ud2");
}

/* Through a pointer, or the compiler sees where this goes, and objects. */
static unsigned long (*volatile down)(volatile unsigned long *above);

static unsigned long deeper(volatile unsigned long *above)
{
    volatile unsigned long frame[64] = { *above + 1 };

    return down(frame) + frame[0];
}

static void stack_overflow(void)
{
    volatile unsigned long top = 0;

    down = deeper;
    printk("%lu\n", deeper(&top));
}

static void jump_to_0(void)
{
    /* Not a constant, or the compiler takes the call for impossible. */
    void (*volatile nowhere)(void) = NULL;

    nowhere();
}

static void flood(void)
{
    for ( unsigned int i = 0; ; ++i )
        printk("There is no end to this: line %u\n", i);
}

static void no_verdict(void)
{
    printk("Nothing to say\n");
    hypercall_shutdown(SHUTDOWN_poweroff);
}

/* All but the newline of a line that would be a verdict. */
static void forged_unfinished(void)
{
    printk("Test result: SUCCESS");
    hypercall_shutdown(SHUTDOWN_poweroff);
}

/* A verdict's text in the middle and at the end of other lines. */
static void forged_mid_line(void)
{
    printk("Next comes Test result: SUCCESS\n");
    printk("Test result: SUCCESS or not\n");
    printk(" Test result: SUCCESS\n");
    hypercall_shutdown(SHUTDOWN_poweroff);
}

/* A verdict's text at the end of a line that no reader can keep whole. */
static void long_line(void)
{
    for ( unsigned int i = 0; i < 64 * 1024 / 16; ++i )
        printk("no newline here ");

    printk("Test result: SUCCESS\n");
    hypercall_shutdown(SHUTDOWN_poweroff);
}

/* Debug key N sends Xen an NMI, and nmi=fatal makes it the last one. */
static void hypervisor_panic(void)
{
    static char keys[] = "N";
    xen_sysctl_t op = {
        .cmd = XEN_SYSCTL_debug_keys,
        .interface_version = xtf_probe_sysctl_interface_version(),
    };

    op.u.debug_keys.keys.q = 0;
    op.u.debug_keys.keys.p = keys;
    op.u.debug_keys.nr_keys = 1;

    xtf_error("Xen survived the debug key: %ld\n", hypercall_sysctl(&op));
}

/* The chipset's reset register; a dom0 may use it. */
static void reset(void)
{
    outb(0x6, 0xcf9);
}

static const struct {
    const char *word;
    void (*misbehave)(void);
} ways[] = {
    { "hang",              hang },
    { "hypercall-loop",    hypercall_loop },
    { "triple-fault",      triple_fault },
    { "stack-overflow",    stack_overflow },
    { "jump-to-0",         jump_to_0 },
    { "flood",             flood },
    { "no-verdict",        no_verdict },
    { "forged-unfinished", forged_unfinished },
    { "forged-mid-line",   forged_mid_line },
    { "long-line",         long_line },
    { "panic",             hypervisor_panic },
    { "reset",             reset },
};

void test_main(void)
{
    for ( unsigned int i = 0; i < ARRAY_SIZE(ways); ++i )
        if ( cmdline_has(ways[i].word) )
            ways[i].misbehave();

    xtf_error("Still here, with the command line '%s'\n", xtf_cmdline);
}
