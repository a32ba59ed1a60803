/**
 * @file tests/roles/main.c
 * @ref test-roles
 *
 * @page test-roles roles
 *
 * x
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/core/cmdline.h>

const char test_title[] = "Roles";

CASE("x: y")
{
    printk("%s\n", xtf_cmdline);
    expect_true(cmdline_has("role=first") || cmdline_has("role=second"));
}
