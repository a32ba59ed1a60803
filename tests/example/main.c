/**
 * @file tests/example/main.c
 * @ref test-example
 *
 * @page test-example Example: boots and reports success
 *
 * The smallest test: it boots and reports success, which shows that the
 * environment, the consoles and the runner work.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "Example: boots and reports success";

void test_main(void)
{
    printk("Hello from domain %d\n", xtf_get_domid());

    xtf_success(NULL);
}
