/**
 * @file tests/roles/main.c
 * @ref test-roles
 *
 * @page test-roles Several domains run one test and meet
 *
 * What every test of several roles stands on: each domain knows its role and the
 * domids of the others; they meet, pass words on in order, and one that does not
 * come to a meeting, or leaves, keeps the others from nothing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <xtf/core/time.h>
#include <xtf/harness/gnttab_case.h>
#include <xtf/peers/roles.h>

const char test_title[] = "Several domains run one test and meet";

const char test_roles[] = TEST_ROLES;
enum { FIRST, SECOND };

ROLES_CASE("roles: domids -> this domain's own, the others' differ")
{
    expect_eq(roles_nr(), 2);
    expect_eq(role_domid(role_self()), xtf_get_domid());
    expect_ne(role_domid(FIRST), role_domid(SECOND));
}

/* A role that runs ahead would write the next number too early. */
ROLES_CASE("roles_meet: a hundred times -> no role is ahead")
{
    static uint64_t word;
    unsigned int i;

    for ( i = 0; i < 100; ++i )
    {
        if ( role_is(i & 1) )
            require_tell(!(i & 1), i);
        require_meet("round");
        if ( !role_is(i & 1) )
        {
            expect_true(role_can_hear(i & 1));
            require_hear(i & 1, &word);
            expect_eq(word, i);
        }
        require_meet("heard");
    }
}

ROLES_CASE("role_tell: a hundred words both ways -> heard in order")
{
    const unsigned int other = !role_self();
    uint64_t word;
    unsigned int i;

    for ( i = 0; i < 100; ++i )
    {
        require_tell(other, ((uint64_t)i << 32) | role_self());
        require_hear(other, &word);
        require_eq(word, ((uint64_t)i << 32) | other);
    }
}

ROLES_CASE("role_tell: words that are not heard -> not of the next case")
{
    require_tell(!role_self(), 7);
    expect_true(true);
}

ROLES_CASE("role_hear: first word of a case -> not one of the case before")
{
    uint64_t word;

    require_tell(!role_self(), 8);
    require_hear(!role_self(), &word);
    expect_eq(word, 8);
}

/* The page to meet by is granted by entries that survive that. */
static bool change_version(unsigned int version)
{
    int rc = xtf_init_grant_table(version);

    if ( rc == -ENODEV )
        xtf_case_skip("needs grant table v2: " GNTTAB_V2_OPTION);
    else
        expect_errno(rc, 0);

    return !rc;
}

ROLES_CASE("xtf_init_grant_table: to v2 and back -> roles meet")
{
    XTF_REQUIRE(change_version(2));
    require_meet("version 2");
    XTF_REQUIRE(change_version(1));
    require_meet("version 1");
    expect_eq(gnttab_version(), 1);
}

ROLES_CASE("EVTCHNOP_reset: both roles -> roles meet")
{
    require_ok(evtchn_start(EVTCHN_2L));
    require_meet("reset");
    expect_eq(evtchn_nr_logged, 0);
}

/* From here on, cases leave marks in the order of the file. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

ROLES_CASE("role_leave: second role leaves -> first role goes on alone")
{
    if ( role_is(SECOND) )
        role_leave();
    else
        while ( !role_has_left(SECOND) )
            time_sleep(MILLISECONDS(1));
    expect_true(role_has_left(SECOND));
}

/* The second role's domain ends meanwhile. */
ROLES_CASE("roles_meet: second role has left -> first role does not wait")
{
    struct gnttab_query_size op = { .dom = role_domid(SECOND) };

    require_meet("alone");
    expect_false(role_is(SECOND));
    expect_ok(hypercall_grant_table_op(GNTTABOP_query_size, &op, 1));
}
