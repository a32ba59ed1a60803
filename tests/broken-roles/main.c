/**
 * @file tests/broken-roles/main.c
 * @ref test-broken-roles
 *
 * @page test-broken-roles Broken roles
 *
 * Of two roles that shall meet, one misbehaves, as the variation says: it ends
 * the case without coming, comes somewhere else, fails, skips, crashes, or does
 * nothing any more.  The other must neither wait for ever nor pass, and the
 * report must name the role at fault.
 *
 * Category `broken`: build/tests/runner/check_broken.py runs it, and holds the
 * result to that.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <xtf/core/cmdline.h>
#include <xtf/peers/roles.h>

const char test_title[] = "Broken roles";

const char test_roles[] = TEST_ROLES;
enum { GOOD, BAD };

ROLES_CASE("roles: bad role misbehaves")
{
    if ( role_is(BAD) )
    {
        if ( cmdline_has("ends-early") )
        {
            role_looks_on();
            return;
        }
        if ( cmdline_has("crashes") )
            hypercall_shutdown(SHUTDOWN_crash);
        while ( cmdline_has("hangs") )
            hypercall_yield();
        if ( cmdline_has("lags") )
            require_meet("elsewhere");
        if ( cmdline_has("fails") )
            require_true(!"said so");
        if ( cmdline_has("skips") )
            skip_case("said so");
    }

    require_meet("here");
    role_looks_on();
}
