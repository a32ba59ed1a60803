/**
 * @file tests/broken/main.c
 * @ref test-broken
 *
 * @page test-broken Runner: images that misbehave
 *
 * Images for the runner's tests: each variation misbehaves as its name says.
 * The runner must report SUCCESS for none of them, and must stop each within
 * its time limit.  They have category `broken`, which runs only when it is
 * named, and they need domain 0.  build/tests/runner/check_broken.py has the
 * verdicts that are expected.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "Runner: images that misbehave";

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

/* Without a trap table or IDT, an exception ends the guest. */
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

/* Through a pointer: the compiler rejects an obviously endless recursion. */
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
    /* Volatile: the compiler removes a call to a constant NULL. */
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

/* A line that would be a verdict, without its newline. */
static void forged_unfinished(void)
{
    printk("Test result: SUCCESS");
    hypercall_shutdown(SHUTDOWN_poweroff);
}

/* The text of a verdict in the middle and at the end of other lines. */
static void forged_mid_line(void)
{
    printk("Next comes Test result: SUCCESS\n");
    printk("Test result: SUCCESS or not\n");
    printk(" Test result: SUCCESS\n");
    hypercall_shutdown(SHUTDOWN_poweroff);
}

/* The text of a verdict at the end of a line that the runner truncates. */
static void long_line(void)
{
    for ( unsigned int i = 0; i < 64 * 1024 / 16; ++i )
        printk("no newline here ");

    printk("Test result: SUCCESS\n");
    hypercall_shutdown(SHUTDOWN_poweroff);
}

/* Debug key N raises an NMI in Xen, which panics with nmi=fatal. */
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

/* The chipset's reset register, which dom0 may use. */
static void reset(void)
{
    outb(0x6, 0xcf9);
}

/* Outside of any case, an error of the test is still no failure of Xen. */
static void error_no_case(void)
{
    xtf_case_error(XTF_HERE, "said so");
    xtf_exit();
}

static void failure_no_case(void)
{
    expect_msg(false, "said so");
    xtf_exit();
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
    { "error-no-case",     error_no_case },
    { "failure-no-case",   failure_no_case },
};

void test_main(void)
{
    for ( unsigned int i = 0; i < ARRAY_SIZE(ways); ++i )
        if ( cmdline_has(ways[i].word) )
            ways[i].misbehave();

    xtf_error("Still here, with the command line '%s'\n", xtf_cmdline);
}
