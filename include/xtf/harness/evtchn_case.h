/*
 * What cases about event channels have in common: a clean start by either ABI,
 * and expectations of ports and of what was delivered.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_HARNESS_EVTCHN_CASE_H
#define XTF_HARNESS_EVTCHN_CASE_H

#include <xtf/drivers/evtchn.h>
#include <xtf/harness/case.h>

/* States of a port, for expect_port(). */
#define PORT_CLOSED                                                     \
    ((evtchn_status_t){ .status = EVTCHNSTAT_closed })
#define PORT_UNBOUND(d)                                                 \
    ((evtchn_status_t){ .status = EVTCHNSTAT_unbound, .u.unbound.dom = (d) })
#define PORT_INTERDOMAIN(d, p)                                          \
    ((evtchn_status_t){ .status = EVTCHNSTAT_interdomain,               \
                        .u.interdomain = { .dom = (d), .port = (p) } })
#define PORT_VIRQ(n)                                                    \
    ((evtchn_status_t){ .status = EVTCHNSTAT_virq, .u.virq = (n) })
#define PORT_PIRQ(n)                                                    \
    ((evtchn_status_t){ .status = EVTCHNSTAT_pirq, .u.pirq = (n) })
#define PORT_IPI                                                        \
    ((evtchn_status_t){ .status = EVTCHNSTAT_ipi })

/*
 * EVTCHNOP_status of this domain's port is @want, one of the PORT_ values, and
 * the port notifies vCPU @on.
 */
#define expect_port(port_, want, on)                                    \
    evtchn_expect_port(XTF_WHERE("the status of port " #port_),         \
                       DOMID_SELF, port_, want, on)

/* The same of a port of domain @dom, for a privileged domain. */
#define expect_port_of(dom, port_, want, on)                            \
    evtchn_expect_port(XTF_WHERE("the status of " #dom "'s " #port_),   \
                       dom, port_, want, on)

/*
 * Exactly these ports were delivered, in this order, since the log was cleared;
 * or no port was.  The log is cleared again.
 */
#define expect_delivered(...)                                           \
    evtchn_expect_log(XTF_WHERE("what was delivered"),                  \
                      (const evtchn_port_t []){ __VA_ARGS__ },          \
                      sizeof((const evtchn_port_t []){ __VA_ARGS__ }) / \
                      sizeof(evtchn_port_t))
#define expect_none_delivered()                                         \
    evtchn_expect_log(XTF_WHERE("what was delivered"), NULL, 0)

/*
 * The call returns this -errno, and no port of this domain has changed, as
 * evtchn_fingerprint() sees it.
 */
#define expect_ev_error(call, want)                                      \
({                                                                      \
    const uint32_t before_ = evtchn_fingerprint();                      \
    bool ok_ = xtf_expect(XTF_WHERE(#call), name_errno, (long)(call),   \
                          "", (long)(want));                            \
                                                                        \
    ok_ & xtf_expect_msg(XTF_WHERE(#call),                              \
                         before_ == evtchn_fingerprint(),               \
                         "%s changed a port although it failed", #call);\
})

/** What expect_port() calls.  @return true if the port is as expected. */
bool evtchn_expect_port(const struct xtf_where *w, domid_t dom,
                        evtchn_port_t port, evtchn_status_t want,
                        unsigned int vcpu);
/** What expect_delivered() calls: the first 32 deliveries are compared. */
bool evtchn_expect_log(const struct xtf_where *w, const evtchn_port_t *ports,
                       unsigned int nr);

/**
 * A number that changes with the status, the vCPU, the pending bit and the mask
 * bit of each port below 48, except for the console and xenstore ports.
 */
uint32_t evtchn_fingerprint(void);

/*
 * A case that starts with evtchn_start().  EVTCHN_CASE makes two of its body,
 * one for each ABI; evtchn_abi says which runs.
 */
#define EVTCHN_CASE(name)                                               \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(name " (2-level)", evtchn_begin, EVTCHN_2L)          \
    XTF_CASE_ENTRY(name " (FIFO)", evtchn_begin, EVTCHN_FIFO)           \
    static void XTF_CASE_BODY(void)

#define CASE_2L(name)       XTF_CASE(name, evtchn_begin, EVTCHN_2L)
#define CASE_FIFO(name)     XTF_CASE(name, evtchn_begin, EVTCHN_FIFO)

/**
 * evtchn_start() in a case.  @param abi  an enum evtchn_abi
 * @return false if the case cannot go on: it is skipped if Xen lacks the ABI,
 *         and has failed for another error.
 */
bool evtchn_begin(unsigned int abi);

#endif /* XTF_HARNESS_EVTCHN_CASE_H */
