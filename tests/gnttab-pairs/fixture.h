/*
 * Cases about grants between the domains of several roles.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef GNTTAB_PAIRS_FIXTURE_H
#define GNTTAB_PAIRS_FIXTURE_H

#include <xtf/harness/gnttab_case.h>
#include <xtf/peers/roles.h>

enum { GRANTER, GRANTEE, THIRD };

/*
 * Cases that all roles run, each with the fixture of grants: for both versions
 * of all their tables, for one, or with version 1 in the first role and version
 * 2 in the others and the other way round.
 */
#define PAIRS_CASE(name)                                                \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(name " (v1)", pairs_begin, 1)                        \
    XTF_CASE_ENTRY(name " (v2)", pairs_begin, 2)                        \
    static void XTF_CASE_BODY(void)
#define PAIRS_CASE_V1(name)     XTF_CASE(name, pairs_begin, 1)
#define PAIRS_CASE_V2(name)     XTF_CASE(name, pairs_begin, 2)
#define PAIRS_CASE_MIXED(name)                                          \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(name " (granter v1, others v2)", pairs_begin, 12)    \
    XTF_CASE_ENTRY(name " (granter v2, others v1)", pairs_begin, 21)    \
    static void XTF_CASE_BODY(void)

bool pairs_begin(unsigned int versions);

/**
 * Grant the page at @p va to a role, until the case ends.
 * @param flags  flags besides GTF_permit_access, or 0
 */
grant_ref_t grant_to(unsigned int role, const void *va, unsigned int flags);

/** gnt_map_op() of a role's reference. */
struct gnttab_map_grant_ref map_of(unsigned int role, uint64_t ref,
                                   uint32_t flags, const void *at);

/** A request to copy @p len bytes from a role's grant to this domain's page. */
struct gnttab_copy copy_from(unsigned int role, uint64_t ref, unsigned int off,
                             void *to, unsigned int len);
/** The same to a role's grant. */
struct gnttab_copy copy_to(unsigned int role, uint64_t ref, unsigned int off,
                           const void *from, unsigned int len);

#endif /* GNTTAB_PAIRS_FIXTURE_H */
