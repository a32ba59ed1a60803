/*
 * From the boot code to the test, and from the test to the verdict.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/setup.h>

/* Tests that need the forced emulation prefix define this as true. */
__weak bool test_needs_fep;

void __noreturn xtf_main(void)
{
    arch_setup();

    printk("--- Touchstone ---\n");
    printk("Environment: %s\n", ENVIRONMENT_DESCRIPTION);
    printk("%s\n", test_title);

    if ( test_needs_fep && !xtf_has_fep )
        xtf_skip("The forced emulation prefix is not there: "
                 "it needs CONFIG_HVM_FEP=y and hvm_fep on Xen's command line\n");
    else
        test_main();

    xtf_exit();
}

void panic(const char *fmt, ...)
{
    va_list args;

    /* Inside of a case, that is where the error is. */
    if ( !xtf_case_begin_error() )
        printk("%sPANIC: ", console_at_line_start() ? "" : "\n");
    va_start(args, fmt);
    vprintk(fmt, args);
    va_end(args);

    xtf_error(NULL);
    xtf_exit();
}
