/*
 * From the boot code to the test: the one place that knows all rooms, and
 * gives to each what it has from another.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <xtf/framework.h>
#include <xtf/lib/panic.h>

/* Tests that need the forced emulation prefix define this as true. */
__weak bool test_needs_fep;

static void end_in_error(void)
{
    xtf_error(NULL);
    xtf_exit();
}

/* Inside of a case, that is where the error is. */
static const struct panic_handler panic_handler =
{
    .begin = xtf_case_begin_error, .end = end_in_error,
};

/* Xen's own console: allowed in dom0, and for all on a debug build. */
static void xen_console_write(const char *buf, size_t len)
{
    hypercall_console_write(buf, len);
}

static void init_consoles(void)
{
    if ( !hypercall_console_write("", 0) )
        register_console_callback(xen_console_write);
    else if ( arch_debug_console )
        register_console_callback(arch_debug_console);
}

static void init_drivers(void)
{
    struct xtf_platform found = {};

    arch_init_platform(&found);

    if ( found.console )
        init_pv_console(found.console, found.console_port);

    if ( found.store )
        init_xenbus(found.store, found.store_port);

    if ( found.cmdline )
        memcpy(xtf_cmdline, found.cmdline,
               strnlen(found.cmdline, sizeof(xtf_cmdline) - 1));
}

void __noreturn xtf_main(void)
{
    set_panic_handler(&panic_handler);
    arch_init_hypercalls();
    init_consoles();
    init_drivers();
    arch_init_cpu();

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
