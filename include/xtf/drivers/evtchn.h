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

#include <xtf/atomic.h>
#include <xtf/hypercall.h>
#include <xtf/core/smp.h>

#include <arch/page.h>

enum evtchn_abi
{
    EVTCHN_2L,
    EVTCHN_FIFO,
};

/* The ABI in use, after evtchn_start(). */
extern enum evtchn_abi evtchn_abi;

/*
 * The operations of <xen/event_channel.h>, EVTCHNOP_<name>, for this domain.
 * Those that open a port return its number, which is above 0, or -errno; the
 * others return 0 or -errno.  docs/abi/event-channel.md has the errors of each.
 */

/** Bind a new port to unbound port @p port of domain @p dom. */
static inline long evtchn_bind_interdomain(domid_t dom, evtchn_port_t port)
{
    struct evtchn_bind_interdomain op = {
        .remote_dom = dom, .remote_port = port,
    };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_interdomain, &op);

    return rc ?: (long)op.local_port;
}

/** Bind a new port to VIRQ_ @p virq, on @p vcpu (0 if the VIRQ is global). */
static inline long evtchn_bind_virq(uint32_t virq, uint32_t vcpu)
{
    struct evtchn_bind_virq op = { .virq = virq, .vcpu = vcpu };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_virq, &op);

    return rc ?: (long)op.port;
}

/** Bind a new port to a PIRQ; @p flags are BIND_PIRQ__WILL_SHARE or 0. */
static inline long evtchn_bind_pirq(uint32_t pirq, uint32_t flags)
{
    struct evtchn_bind_pirq op = { .pirq = pirq, .flags = flags };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_pirq, &op);

    return rc ?: (long)op.port;
}

/** Open a port that vCPU @p vcpu can be notified by. */
static inline long evtchn_bind_ipi(uint32_t vcpu)
{
    struct evtchn_bind_ipi op = { .vcpu = vcpu };
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_ipi, &op);

    return rc ?: (long)op.port;
}

/**
 * Open a port in @p dom, DOMID_SELF or privileged, that @p remote_dom may
 * bind.
 */
static inline long evtchn_alloc_unbound(domid_t dom, domid_t remote_dom)
{
    struct evtchn_alloc_unbound op = { .dom = dom, .remote_dom = remote_dom };
    long rc = hypercall_evtchn_alloc_unbound(&op);

    return rc ?: (long)op.port;
}

/** Open an unbound port that this domain itself may bind. */
static inline long evtchn_alloc(void)
{
    return evtchn_alloc_unbound(DOMID_SELF, DOMID_SELF);
}

/** Have @p port notify vCPU @p vcpu. */
static inline int evtchn_bind_vcpu(evtchn_port_t port, uint32_t vcpu)
{
    struct evtchn_bind_vcpu op = { .port = port, .vcpu = vcpu };

    return hypercall_event_channel_op(EVTCHNOP_bind_vcpu, &op);
}

/** FIFO ABI: set the priority, from 0, the highest, to 15. */
static inline int evtchn_set_priority(evtchn_port_t port, uint32_t priority)
{
    struct evtchn_set_priority op = { .port = port, .priority = priority };

    return hypercall_event_channel_op(EVTCHNOP_set_priority, &op);
}

/**
 * Give vCPU @p vcpu its FIFO control block, at byte @p offset of frame @p gfn.
 * -ENOSYS: Xen does not offer the FIFO ABI.
 */
static inline int evtchn_init_control(uint64_t gfn, uint32_t offset,
                                      uint32_t vcpu)
{
    struct evtchn_init_control op = {
        .control_gfn = gfn, .offset = offset, .vcpu = vcpu,
    };

    return hypercall_event_channel_op(EVTCHNOP_init_control, &op);
}

/** FIFO ABI: add frame @p gfn to the event array. */
static inline int evtchn_expand_array(uint64_t gfn)
{
    struct evtchn_expand_array op = { .array_gfn = gfn };

    return hypercall_event_channel_op(EVTCHNOP_expand_array, &op);
}

/**
 * Open a channel from this domain to itself: @p a was unbound, and @p b binds
 * it.  Nothing is pending.
 * @return 0, or the -errno of the operation that failed; then no port is open.
 */
int evtchn_loopback(evtchn_port_t *a, evtchn_port_t *b);

/**
 * Does Xen offer the FIFO ABI?  EVTCHNOP_init_control for a vCPU that does not
 * exist is -ENOSYS before Xen 4.4, -EOPNOTSUPP where Xen is built without
 * CONFIG_EVTCHN_FIFO (from 4.21 on), and -ENOENT otherwise.
 */
bool evtchn_fifo_offered(void);

/**
 * For a handler of upcalls: take what is pending for this vCPU.
 *
 * QEMU's emulation of SVM may deliver an upcall a second time, in the middle of
 * the handler, too (docs/findings.md): whichever entry takes the event counts.
 *
 * @return whether evtchn_upcall_pending was set.
 */
static inline bool evtchn_take_upcall(void)
{
    return xchg(&this_vcpu_info()->evtchn_upcall_pending, 0);
}

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

/* FIFO: the size of the driver's event array, in words a page and pages. */
#define EVTCHN_WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define EVTCHN_MAX_WORD_PAGES 4

/**
 * FIFO: the event word of a port in this array; the control block of a vCPU.
 */
event_word_t *evtchn_word(evtchn_port_t port);
evtchn_fifo_control_block_t *evtchn_control_block(unsigned int vcpu);

/** Read, clear or set the pending or mask bit of a port, by the ABI in use. */
bool evtchn_is_pending(evtchn_port_t port);
bool evtchn_is_masked(evtchn_port_t port);
void evtchn_clear(evtchn_port_t port);
void evtchn_mask(evtchn_port_t port);

/**
 * True for the console port and the xenstore port.  The domain at the remote
 * end may raise or close them at any time.
 */
bool evtchn_is_toolstacks(evtchn_port_t port);

/**
 * FIFO: mask the console and xenstore ports in @p words, a first event array
 * page that the case provides itself.
 */
void evtchn_mask_toolstacks(event_word_t *words);

/**
 * EVTCHNOP_unmask: an event that is pending is raised.
 * @return 0 or -errno.
 */
static inline int evtchn_unmask(evtchn_port_t port)
{
    return hypercall_evtchn_unmask(port);
}

/**
 * Call fn(port, arg), with event delivery disabled, whenever @p port is
 * delivered, until the next evtchn_start().
 */
void evtchn_handle(evtchn_port_t port, void (*fn)(evtchn_port_t, void *),
                   void *arg);

/** Take what is pending on this vCPU: enable event delivery for a moment. */
void evtchn_deliver(void);

/**
 * Sleep until something is pending on this vCPU, and take it.  Call it with
 * event delivery disabled.  There is no lost wakeup: in a PV guest
 * SCHEDOP_block enables delivery, in an HVM guest no interrupt comes between
 * STI and HLT.  It may return early.
 */
void evtchn_sleep(void);

/**
 * SCHEDOP_poll for @p port, which stays masked, for at most @p ns nanoseconds.
 * @return true if the port is pending.
 */
bool evtchn_wait(evtchn_port_t port, uint64_t ns);

/*
 * A delivery: the port, the vCPU, and the vector of the upcall (X86_VEC_…).
 */
struct evtchn_record
{
    evtchn_port_t port;
    unsigned int vcpu, vector;
};

#define EVTCHN_LOG_SIZE 1024

extern struct evtchn_record evtchn_log[EVTCHN_LOG_SIZE];

/* The number of deliveries; only the first EVTCHN_LOG_SIZE are logged. */
extern unsigned int evtchn_nr_logged;

/* The number of upcalls that each vCPU took since evtchn_start(). */
extern unsigned int evtchn_nr_upcalls[SMP_MAX_VCPUS];

/** Empty the log. */
void evtchn_log_clear(void);

/** How many of the logged deliveries are of @p port. */
unsigned int evtchn_log_count(evtchn_port_t port);

#endif /* XTF_DRIVERS_EVTCHN_H */
