/*
 * Event channels: the operations in one call each, and a driver for events by
 * either ABI.
 *
 *     evtchn_start(EVTCHN_FIFO);           a clean slate; everything masked
 *     port = evtchn_bind_ipi(0);
 *     evtchn_unmask(port);
 *     hypercall_evtchn_send(port);
 *     evtchn_deliver();                    upcalls on for a moment
 *     expect_delivered(port);              it arrived, and nothing else did
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_EVTCHN_H
#define XTF_EVTCHN_H

#include <xtf/case.h>
#include <xtf/hypercall.h>
#include <xtf/smp.h>

#include <arch/page.h>

enum evtchn_abi
{
    EVTCHN_2L,
    EVTCHN_FIFO,
};

/*
 * Operations.  Those that make a port are its number, or -errno.
 */

static inline long evtchn_bind_interdomain(domid_t dom, evtchn_port_t port)
{
    struct evtchn_bind_interdomain op = {
        .remote_dom = dom, .remote_port = port,
    };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_interdomain, &op);

    return rc ?: (long)op.local_port;
}

static inline long evtchn_bind_virq(uint32_t virq, uint32_t vcpu)
{
    struct evtchn_bind_virq op = { .virq = virq, .vcpu = vcpu };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_virq, &op);

    return rc ?: (long)op.port;
}

static inline long evtchn_bind_pirq(uint32_t pirq, uint32_t flags)
{
    struct evtchn_bind_pirq op = { .pirq = pirq, .flags = flags };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_pirq, &op);

    return rc ?: (long)op.port;
}

static inline long evtchn_bind_ipi(uint32_t vcpu)
{
    struct evtchn_bind_ipi op = { .vcpu = vcpu };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_ipi, &op);

    return rc ?: (long)op.port;
}

/** A new port in @p dom that @p remote_dom may bind to: it, or -errno. */
static inline long evtchn_alloc_unbound(domid_t dom, domid_t remote_dom)
{
    struct evtchn_alloc_unbound op = { .dom = dom, .remote_dom = remote_dom };
    long rc = hypercall_evtchn_alloc_unbound(&op);

    return rc ?: (long)op.port;
}

/** An unbound port that this domain itself may bind to. */
static inline long evtchn_alloc(void)
{
    return evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);
}

static inline int evtchn_bind_vcpu(evtchn_port_t port, uint32_t vcpu)
{
    struct evtchn_bind_vcpu op = { .port = port, .vcpu = vcpu };

    return hypercall_event_channel_op(EVTCHNOP_bind_vcpu, &op);
}

static inline int evtchn_set_priority(evtchn_port_t port, uint32_t priority)
{
    struct evtchn_set_priority op = { .port = port, .priority = priority };

    return hypercall_event_channel_op(EVTCHNOP_set_priority, &op);
}

static inline int evtchn_init_control(uint64_t gfn, uint32_t offset,
                                      uint32_t vcpu)
{
    struct evtchn_init_control op = {
        .control_gfn = gfn, .offset = offset, .vcpu = vcpu,
    };

    return hypercall_event_channel_op(EVTCHNOP_init_control, &op);
}

static inline int evtchn_expand_array(uint64_t gfn)
{
    struct evtchn_expand_array op = { .array_gfn = gfn };

    return hypercall_event_channel_op(EVTCHNOP_expand_array, &op);
}

/**
 * A channel from this domain to itself, with nothing pending.
 * @return 0 or -errno; then neither port is left open.
 */
int evtchn_loopback(evtchn_port_t *a, evtchn_port_t *b);

/*
 * The driver.
 */

/**
 * Close every port (those of the console and the store are opened again) and
 * use @p abi, with all ports masked, nothing pending, no handlers, an empty
 * log, no timer running, and upcalls off on this vCPU.
 *
 * @return 0; -ENOSYS if Xen has no such ABI; else what the operation that
 *         failed answered.
 */
int evtchn_start(enum evtchn_abi abi);

/** EVTCHNOP_reset of this domain, keeping console and store: 0 or -errno. */
int evtchn_reset(void);

/**
 * FIFO: give Xen a further page of event words, all masked and none pending,
 * whatever was raised on their ports before.
 * @return 0, -ENOMEM if the driver has no more, or expand_array's -errno.
 */
int evtchn_add_words(void);

/* FIFO: the driver's own event words and control blocks. */
#define EVTCHN_WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define EVTCHN_MAX_WORD_PAGES 4

event_word_t *evtchn_word(evtchn_port_t port);
evtchn_fifo_control_block_t *evtchn_control_block(unsigned int vcpu);

/* State of one port, by the ABI in use. */
bool evtchn_is_pending(evtchn_port_t port);
bool evtchn_is_masked(evtchn_port_t port);
void evtchn_clear(evtchn_port_t port);
void evtchn_mask(evtchn_port_t port);

/**
 * Is it the console's or the store's?  Whoever has the other end, in another
 * domain, may raise it at any time, and close it.
 */
bool evtchn_is_toolstacks(evtchn_port_t port);

/** FIFO: keep them off the queues, in a first page of words of one's own. */
void evtchn_mask_toolstacks(event_word_t *words);

/** EVTCHNOP_unmask: what is pending is raised. */
static inline int evtchn_unmask(evtchn_port_t port)
{
    return hypercall_evtchn_unmask(port);
}

/** Call fn(port, arg), upcalls off, whenever @p port is delivered. */
void evtchn_handle(evtchn_port_t port, void (*fn)(evtchn_port_t, void *),
                   void *arg);

/** Take what is pending on this vCPU: upcalls on, then off. */
void evtchn_deliver(void);

/**
 * Sleep, with upcalls off, until something is pending on this vCPU, and take
 * it.  None that comes just ahead is slept over: a PV guest has SCHEDOP_block
 * turn upcalls on, and an HVM guest has STI and HLT, between which no interrupt
 * comes.  It may return early.
 */
void evtchn_sleep(void);

/**
 * SCHEDOP_poll for @p port, which stays masked, for at most @p ns.
 * @return whether it is pending.
 */
bool evtchn_wait(evtchn_port_t port, uint64_t ns);

/*
 * Every delivery: the port, where, and how the upcall arrived (X86_VEC_…).
 */
struct evtchn_record
{
    evtchn_port_t port;
    unsigned int vcpu, vector;
};

#define EVTCHN_LOG_SIZE 1024

extern struct evtchn_record evtchn_log[EVTCHN_LOG_SIZE];

/* How many there were; beyond EVTCHN_LOG_SIZE they are only counted. */
extern unsigned int evtchn_nr_logged;

/* How many upcalls each vCPU took. */
extern unsigned int evtchn_nr_upcalls[SMP_MAX_VCPUS];

void evtchn_log_clear(void);

/** How many of the logged deliveries are of @p port. */
unsigned int evtchn_log_count(evtchn_port_t port);

/*
 * Expectations.
 */

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

/* EVTCHNOP_status of @p port is @p want, and it notifies vCPU @p on. */
#define expect_port(port_, want, on)                                    \
    evtchn_expect_port(XTF_WHERE("the status of port " #port_),         \
                       DOMID_SELF, port_, want, on)

/* The same of another domain's, for a domain that may ask. */
#define expect_port_of(dom, port_, want, on)                            \
    evtchn_expect_port(XTF_WHERE("the status of " #dom "'s " #port_),   \
                       dom, port_, want, on)

/* Just this was delivered since the log was cleared; it is cleared again. */
#define expect_delivered(...)                                           \
    evtchn_expect_log(XTF_WHERE("what was delivered"),                  \
                      (const evtchn_port_t []){ __VA_ARGS__ },          \
                      sizeof((const evtchn_port_t []){ __VA_ARGS__ }) / \
                      sizeof(evtchn_port_t))
#define expect_none_delivered()                                         \
    evtchn_expect_log(XTF_WHERE("what was delivered"), NULL, 0)

/* The call fails with this error, and no port of the domain has changed. */
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

bool evtchn_expect_port(const struct xtf_where *w, domid_t dom,
                        evtchn_port_t port, evtchn_status_t want,
                        unsigned int vcpu);
bool evtchn_expect_log(const struct xtf_where *w, const evtchn_port_t *ports,
                       unsigned int nr);

/**
 * Differs when the state, or the pending or mask bit, of one of the first 48
 * ports does, but for those of the toolstack's.
 */
uint32_t evtchn_fingerprint(void);

/*
 * A case that starts with evtchn_start().  EVTCHN_CASE makes two of its body,
 * one for each ABI; evtchn_abi says which runs.
 */
extern enum evtchn_abi evtchn_abi;

#define EVTCHN_CASE(name)                                               \
    static void XTF_CASE_BODY(void);                                    \
    XTF_CASE_ENTRY(name " (2-level)", evtchn_begin, EVTCHN_2L)          \
    XTF_CASE_ENTRY(name " (FIFO)", evtchn_begin, EVTCHN_FIFO)           \
    static void XTF_CASE_BODY(void)

#define CASE_2L(name)       XTF_CASE(name, evtchn_begin, EVTCHN_2L)
#define CASE_FIFO(name)     XTF_CASE(name, evtchn_begin, EVTCHN_FIFO)

/** evtchn_start() in a case, which is skipped where Xen lacks the ABI. */
bool evtchn_begin(unsigned int abi);

#endif /* XTF_EVTCHN_H */
