/*
 * Event channels: the operations in one call each, and a driver for events by
 * either ABI.
 *
 *     evtchn_start(EVTCHN_FIFO);           a clean slate; everything masked
 *     port = evtchn_bind_ipi(0);
 *     evtchn_unmask(port);
 *     hypercall_evtchn_send(port);
 *     evtchn_deliver();                    upcalls on for a moment
 *
 * What a case expects of them is in <xtf/harness/evtchn_case.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_EVTCHN_H
#define XTF_EVTCHN_H

#include <xtf/hypercall.h>
#include <xtf/core/smp.h>

#include <arch/page.h>

enum evtchn_abi
{
    EVTCHN_2L,
    EVTCHN_FIFO,
};

/* The one in use, after evtchn_start(). */
extern enum evtchn_abi evtchn_abi;

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

/**
 * Does Xen offer the FIFO ABI?  EVTCHNOP_init_control for a vCPU that does not
 * exist is -ENOSYS before Xen 4.4, -EOPNOTSUPP where Xen is built without
 * CONFIG_EVTCHN_FIFO (from 4.21 on), and -ENOENT otherwise.
 */
bool evtchn_fifo_offered(void);

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

#endif /* XTF_DRIVERS_EVTCHN_H */
