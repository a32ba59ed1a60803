/*
 * The end of a test: the verdict, then power off.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/console.h>
#include <xtf/hypercall.h>
#include <xtf/report.h>

void xtf_exit(void)
{
    xtf_report_status();
    console_flush();

    hypercall_shutdown(SHUTDOWN_poweroff);

    /* Xen does not run this vCPU again; if it does, not much is left. */
    while ( true )
        hypercall_yield();
}
