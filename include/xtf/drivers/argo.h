/*
 * Argo: receiving rings, messages and notifications.
 *
 * A ring buffer has ring->len bytes in whole frames, in any order, with a
 * xen_argo_ring_t at the start of the first.  Xen writes messages at tx_ptr,
 * the owner reads them at rx_ptr; both are byte offsets in the ring buffer.
 *
 *     argo_ring_init(&ring, frames, 0x4000, sender, 4096);
 *     argo_ring_register(&ring, 0);
 *     while ( argo_receive(&ring, &hdr, buf, sizeof(buf)) >= 0 )
 *         ...
 *     argo_ring_unregister(&ring);
 *
 * Unless a function lists errors, it returns what the hypercall argo_op
 * returned, with the errors that docs/abi/argo.md lists.  Nothing here
 * allocates memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ARGO_H
#define XTF_ARGO_H

#include <xtf/hypercall.h>
#include <xtf/types.h>

/* The smallest ring that Xen registers, in bytes: three slots. */
#define ARGO_MIN_RING_SIZE  (3 * XEN_ARGO_MSG_SLOT_SIZE)

/* The largest payload of one message, in bytes, in a ring of @len bytes. */
#define ARGO_MAX_PAYLOAD(len) \
    ((len) - sizeof(struct xen_argo_ring_message_header) - \
     XEN_ARGO_MSG_SLOT_SIZE)

/* The bytes that a message with this payload takes in the ring buffer. */
#define ARGO_MSG_SPAN(payload) \
    ROUNDUP(sizeof(struct xen_argo_ring_message_header) + (payload), \
            XEN_ARGO_MSG_SLOT_SIZE)

/* Frames of a ring of @len bytes, header included. */
#define ARGO_RING_FRAMES(len) \
    ((ROUNDUP((len), XEN_ARGO_MSG_SLOT_SIZE) + sizeof(xen_argo_ring_t) + \
      PAGE_SIZE - 1) >> PAGE_SHIFT)

/* The most frames that register_ring takes. */
#define ARGO_MAX_FRAMES     (XEN_ARGO_MAX_RING_SIZE >> PAGE_SHIFT)

struct argo_ring
{
    xen_argo_port_t aport;
    domid_t partner;            /* That may send, or XEN_ARGO_DOMID_ANY. */
    uint32_t len;               /* Bytes of the ring buffer. */
    uint8_t *frames;
    unsigned int nr_frames;
    bool registered;
};

/* A message in its ring. */
struct argo_message
{
    uint32_t data;              /* Where its payload begins, as an offset. */
    uint32_t data_len;
    uint32_t next;              /* Where the message after it begins. */
    struct xen_argo_ring_message_header hdr;
};

/** This domain's ID; Argo takes no DOMID_SELF. */
domid_t argo_self(void);

/** True if this domain may register a ring for XEN_ARGO_DOMID_ANY. */
bool argo_wildcard_allowed(void);
#define ARGO_WILDCARD_OPTION "argo=1,mac-permissive=1 on Xen's command line"

/*
 * The operations of <xen/argo.h>, XEN_ARGO_OP_<name>, as they are.
 */

/** register_ring over @p nr frames; @p flags are XEN_ARGO_REGISTER_FLAG_*. */
static inline long argo_register(const xen_argo_register_ring_t *reg,
                                 const xen_argo_gfn_t *gfns,
                                 unsigned long nr, unsigned long flags)
{
    return hypercall_argo_op(XEN_ARGO_OP_register_ring,
                             (void *)reg, (void *)gfns, nr, flags);
}

/** unregister_ring of the ring of this port for this partner. */
static inline long argo_unregister(xen_argo_port_t aport, domid_t partner)
{
    xen_argo_unregister_ring_t unreg = {
        .aport = aport, .partner_id = partner,
    };

    return hypercall_argo_op(XEN_ARGO_OP_unregister_ring, &unreg, NULL, 0, 0);
}

/**
 * sendv of @p niov buffers, as a message of type @p type.  The result has 32
 * bits: Xen 4.17 returns -errno to a 64-bit guest without sign extension.
 *
 * @return the number of bytes sent, or -errno.
 */
static inline int argo_sendv(const xen_argo_send_addr_t *addr,
                             const xen_argo_iov_t *iov, unsigned long niov,
                             unsigned long type)
{
    return hypercall_argo_op(XEN_ARGO_OP_sendv,
                             (void *)addr, (void *)iov, niov, type);
}

/**
 * notify.  With @p data NULL there is no entry: Xen only raises VIRQ_ARGO for
 * those domains whose pending notification for a ring of this domain is due.
 */
static inline long argo_notify(xen_argo_ring_data_t *data)
{
    return hypercall_argo_op(XEN_ARGO_OP_notify, data, NULL, 0, 0);
}

/*
 * The owner of a ring.
 */

/**
 * Describe a ring of @p len bytes and clear its pointers, without registering
 * it.
 * @p frames is memory for ARGO_RING_FRAMES(len) frames.  The ring uses the last
 * frame first, so that an access beyond a frame shows as wrong bytes.
 */
void argo_ring_init(struct argo_ring *ring, void *frames,
                    xen_argo_port_t aport, domid_t partner, uint32_t len);

/**
 * Register the ring; @p flags are XEN_ARGO_REGISTER_FLAG_*.
 * @return 0 or a -errno of Xen's.
 */
long argo_ring_register(struct argo_ring *ring, unsigned long flags);
/** Unregister the ring. */
long argo_ring_unregister(struct argo_ring *ring);

/**
 * Unregister @p ring, a struct argo_ring *, if it is: for xtf_case_cleanup().
 */
void argo_ring_close(void *ring);

/** The first frame, which holds the pointers. */
xen_argo_ring_t *argo_ring_header(const struct argo_ring *ring);

/** Frame @p i of the ring. */
void *argo_ring_frame(const struct argo_ring *ring, unsigned int i);

/**
 * The address of the byte at offset @p off; @p run, if not NULL, receives the
 * number of bytes from there on that are contiguous in memory.
 */
void *argo_ring_at(const struct argo_ring *ring, uint32_t off, uint32_t *run);

/** Copy @p len bytes from offset @p off to @p buf; the offset wraps. */
void argo_ring_read(const struct argo_ring *ring, uint32_t off,
                    void *buf, uint32_t len);

/** Set @p len bytes from offset @p off to @p byte; the offset wraps. */
void argo_ring_fill(const struct argo_ring *ring, uint32_t off,
                    uint8_t byte, uint32_t len);

/**
 * Describe the message at offset @p off: rx_ptr, or msg->next of the message
 * before.  It stays in the ring.
 *
 * @return 1, or 0 if @p off is tx_ptr.  Errors: -EINVAL, the header at @p off
 *         is not that of a message.
 */
int argo_peek(const struct argo_ring *ring, uint32_t off,
              struct argo_message *msg);

/** Free the space of all messages up to @p msg, by setting rx_ptr. */
void argo_release(const struct argo_ring *ring, const struct argo_message *msg);

/**
 * Take the next message from the ring: its payload to @p buf, of @p size bytes,
 * and its header to @p hdr.
 *
 * @return bytes of payload.  Errors: -EAGAIN, the ring is empty; -EMSGSIZE,
 *         the payload is longer than @p size, and the message stays; -EINVAL
 *         as argo_peek().
 */
long argo_receive(const struct argo_ring *ring,
                  struct xen_argo_ring_message_header *hdr,
                  void *buf, uint32_t size);

/*
 * The sender.
 */

/**
 * Send @p len bytes from port @p from of this domain to port @p aport of
 * @p domid, as a message of type @p type.  @return as argo_sendv().
 */
int argo_send(domid_t domid, xen_argo_port_t aport, xen_argo_port_t from,
              const void *buf, uint32_t len, uint32_t type);

/**
 * notify with one entry: port @p aport of @p domid, with @p required bytes of
 * space_required.  @p ent receives the entry; its flags are 0 without a ring.
 */
long argo_query(domid_t domid, xen_argo_port_t aport, uint32_t required,
                xen_argo_ring_data_ent_t *ent);

/*
 * VIRQ_ARGO, which Xen raises for messages and for space alike.  It is bound
 * once, to a port that stays masked in the 2-level ABI: the pending bit tells.
 */

/** The port, bound by the first call, or the -errno of EVTCHNOP_bind_virq. */
long argo_virq_port(void);

/** True if VIRQ_ARGO was raised since the last call; clears the pending bit. */
bool argo_virq_take(void);

#endif /* XTF_ARGO_H */
