/**
 * @file tests/example/main.c
 * @ref test-example
 *
 * @page test-example Example
 *
 * The smallest test there is: it boots and succeeds, which shows that the
 * environment, the consoles and the runner work.  Copy it to begin another.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

const char test_title[] = "Example";

void test_main(void)
{
    printk("Hello from domain %d\n", xtf_get_domid());

    xtf_success(NULL);
}
