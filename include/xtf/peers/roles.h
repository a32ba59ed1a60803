/*
 * Several domains that run one test together, each in a role of its own.
 *
 * The Makefile names them, `ROLES := granter grantee`, and the test says so:
 *
 *     const char test_roles[] = TEST_ROLES;
 *     enum { GRANTER, GRANTEE };
 *
 *     ROLES_CASE("map_grant_ref: grantee maps granter's grant -> bytes shared")
 *     {
 *         uint64_t ref;
 *
 *         if ( role_is(GRANTER) )
 *         {
 *             require_tell(GRANTEE, gnttab_grant_access(…));
 *             require_meet("read");
 *             …
 *         }
 *         else
 *         {
 *             require_hear(GRANTER, &ref);
 *             …
 *             require_meet("read");
 *         }
 *     }
 *
 * All roles run all cases, in the same order, and begin and end each together.
 * A case passes if it does in every role.  What the body itself registers with
 * xtf_case_cleanup() is undone as soon as this role has ended, as it were the
 * last of what the body does.
 *
 * They meet by way of a page of the first role's, granted to the others by
 * entries that are reserved for toolstacks: these outlive a change of the grant
 * table's version.  A role that waits looks at the page from time to time.  No
 * event channel is involved, so that a test may reset, close and flood those as
 * it likes.
 *
 * Who makes the domains tells each its role and the domids of all, by words of
 * the command line (`role=granter granter=1 grantee=2`) or in xenstore, below
 * the domain's own directory: data/touchstone/role and
 * data/touchstone/peers/<role>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_PEERS_ROLES_H
#define XTF_PEERS_ROLES_H

#include <xtf/harness/case.h>
#include <xtf/test.h>
#include <xtf/types.h>

#include <xen/xen.h>

#define MAX_ROLES 4

/**
 * Find out which role this domain has, and meet the others, once.
 * @return false if that is impossible: the running case is then skipped (nobody
 *         gave this domain a role) or an error (a role did not come).
 */
bool roles_join(void);

/** The number of roles; the number of this domain's; its name; its domain. */
unsigned int roles_nr(void);
unsigned int role_self(void);
const char *role_name(unsigned int role);
domid_t role_domid(unsigned int role);

static inline bool role_is(unsigned int role)
{
    return role_self() == role;
}

/* Define a case of all roles.  The body, which every role runs, follows. */
#define ROLES_CASE(case_name)   XTF_CASE(case_name, roles_begin, 0)

/**
 * Begin a case: all roles must come to it.  For set-up functions.
 * @return false if the case cannot go on; it then has a verdict.
 */
bool roles_begin(unsigned int unused);

/**
 * The same, and then setup(@p param) of a fixture.  When all roles have ended
 * the case, each calls @p undo, and when all have returned from that, what
 * setup() has registered with xtf_case_cleanup(): so pages that one role
 * granted are unmapped in the others before it checks that.
 * @param setup  a fixture's set-up function; false if the case cannot go on
 * @param param  for setup()
 * @param undo   may be NULL
 */
bool roles_begin_with(bool (*setup)(unsigned int), unsigned int param,
                      void (*undo)(void));

/**
 * Wait until all roles are here: @p what says where, in a word or two, and is
 * the same in all of them.
 * @return false if that fails, since a role has ended the case or does not come
 *         for a minute: the case then has a verdict.
 */
bool roles_meet(const char *what);

/**
 * This role checks nothing in the case, and only comes to the meetings of the
 * others.  A case in which a role neither checks nor says so is an error.
 */
void role_looks_on(void);

/**
 * Pass a word to a role, which hears them in the order in which they were told.
 * role_tell() waits until the word before is heard.
 * @return as roles_meet().
 */
bool role_tell(unsigned int to, uint64_t word);
bool role_hear(unsigned int from, uint64_t *word);

/** True if a word of that role's is there: role_hear() would not wait. */
bool role_can_hear(unsigned int from);

/**
 * This is the last case of this role: it ends it alone, skips those that follow
 * and so comes to the domain's end.  Others do not wait for it any more.
 */
void role_leave(void);

/** True if this role, or that one, has left. */
bool role_has_left(unsigned int role);

/* What these find wrong is reported at the line of the test that calls them. */
#ifndef XTF_FIXTURE
#define roles_meet(what)            XTF_CALL(roles_meet(what))
#define role_tell(to, word)         XTF_CALL(role_tell(to, word))
#define role_hear(from, word)       XTF_CALL(role_hear(from, word))
#endif

#define require_meet(what)          XTF_REQUIRE(roles_meet(what))
#define require_tell(to, word)      XTF_REQUIRE(role_tell(to, word))
#define require_hear(from, word)    XTF_REQUIRE(role_hear(from, word))

#endif /* XTF_PEERS_ROLES_H */
