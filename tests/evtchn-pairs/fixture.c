/*
 * Common ground of cases about event channels between roles.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include "fixture.h"

bool pairs_begin(unsigned int abis)
{
    return roles_join() &&
        roles_begin_with(evtchn_begin,
                         role_is(OWNER) ? abis >> 1 : abis & 1, NULL);
}

bool open_channel(unsigned int opener, evtchn_port_t *own,
                  evtchn_port_t *remote)
{
    uint64_t word;
    long port;

    if ( role_is(opener) )
        port = evtchn_alloc_unbound(DOMID_SELF, other_domid());
    else
    {
        if ( !role_hear(opener, &word) )
            return false;
        port = evtchn_bind_interdomain(other_domid(), word);
    }
    if ( !xtf_expect_msg(XTF_HERE, port > 0, "%s returned %ld, expected a port",
                         role_is(opener) ? "alloc_unbound" :
                         "bind_interdomain", port) ||
         !role_tell(other_role(), port) )
        return false;

    if ( role_is(opener) && !role_hear(other_role(), &word) )
        return false;

    *own = port;
    *remote = word;

    /* Binding raises an event at the end that binds. */
    evtchn_clear(port);

    return roles_meet("channel open");
}
