/*
 * Cases about event channels between the domains of two roles.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef EVTCHN_PAIRS_FIXTURE_H
#define EVTCHN_PAIRS_FIXTURE_H

#include <xtf/harness/evtchn_case.h>
#include <xtf/peers/roles.h>

enum { OWNER, BINDER };

#define PAIRS_ABIS(owner, binder) ((owner) << 1 | (binder))

/*
 * Cases that both roles run after evtchn_start(): with each ABI in each role;
 * with different ones; or with one ABI in both.
 */
#define PAIRS_CASE(name)                                                \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(name " (2-level)", pairs_begin,                      \
                   PAIRS_ABIS(EVTCHN_2L, EVTCHN_2L))                    \
    XTF_CASE_ENTRY(name " (FIFO)", pairs_begin,                         \
                   PAIRS_ABIS(EVTCHN_FIFO, EVTCHN_FIFO))                \
    PAIRS_MIXED_ENTRIES(name)                                           \
    static void XTF_CASE_BODY(void)
#define PAIRS_CASE_MIXED(name)                                          \
    static void XTF_CASE_BODY(void);                                    \
    PAIRS_MIXED_ENTRIES(name)                                           \
    static void XTF_CASE_BODY(void)
#define PAIRS_MIXED_ENTRIES(name)                                       \
    XTF_CASE_ENTRY(name " (owner 2-level, binder FIFO)", pairs_begin,   \
                   PAIRS_ABIS(EVTCHN_2L, EVTCHN_FIFO))                  \
    XTF_CASE_ENTRY(name " (owner FIFO, binder 2-level)", pairs_begin,   \
                   PAIRS_ABIS(EVTCHN_FIFO, EVTCHN_2L))
#define PAIRS_CASE_2L(name)                                             \
    XTF_CASE(name, pairs_begin, PAIRS_ABIS(EVTCHN_2L, EVTCHN_2L))

bool pairs_begin(unsigned int abis);

/** The other role, and its domain. */
static inline unsigned int other_role(void)
{
    return !role_self();
}

static inline domid_t other_domid(void)
{
    return role_domid(other_role());
}

/**
 * Open a channel: @p opener allocates an unbound port, and the other role binds
 * it.  Nothing is pending, and both ends are masked.
 * @return false if that failed; the case has then a verdict.
 */
bool open_channel(unsigned int opener, evtchn_port_t *own,
                  evtchn_port_t *remote);

#ifndef XTF_FIXTURE
#define open_channel(...) XTF_CALL(open_channel(__VA_ARGS__))
#endif

#endif /* EVTCHN_PAIRS_FIXTURE_H */
