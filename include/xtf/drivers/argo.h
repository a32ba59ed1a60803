/*
 * Argo: receiving rings, messages and notifications.
 *
 * A ring is a circle of ring->len bytes over whole frames, in any order, with
 * the pointers at the start of the first.  Xen writes messages at tx_ptr, the
 * owner reads them at rx_ptr; either is an offset in the circle.
 *
 *     argo_ring_init(&ring, frames, 0x4000, sender, 4096);
 *     argo_ring_register(&ring, 0);
 *     while ( argo_receive(&ring, &hdr, buf, sizeof(buf)) >= 0 )
 *         ...
 *     argo_ring_unregister(&ring);
 *
 * What is not under "Errors" of a function is the hypercall's own answer, with
 * the errors that docs/abi/argo.md lists.  Nothing here allocates memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ARGO_H
#define XTF_ARGO_H

#include <xtf/hypercall.h>
#include <xtf/types.h>

/* The least that Xen takes as a ring: three slots. */
#define ARGO_MIN_RING_SIZE  (3 * XEN_ARGO_MSG_SLOT_SIZE)

/* What a ring of @len bytes carries as one message. */
#define ARGO_MAX_PAYLOAD(len) \
    ((len) - sizeof(struct xen_argo_ring_message_header) - \
     XEN_ARGO_MSG_SLOT_SIZE)

/* How far a message with this payload moves tx_ptr. */
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
    domid_t partner;            /* Who may send, or XEN_ARGO_DOMID_ANY. */
    uint32_t len;               /* Bytes of the circle. */
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

/** May this domain have a ring with partner XEN_ARGO_DOMID_ANY? */
bool argo_wildcard_allowed(void);
#define ARGO_WILDCARD_OPTION "argo=1,mac-permissive=1 on Xen's command line"

/*
 * The operations as they are.
 */

static inline long argo_register(const xen_argo_register_ring_t *reg,
                                 const xen_argo_gfn_t *gfns,
                                 unsigned long nr, unsigned long flags)
{
    return hypercall_argo_op(XEN_ARGO_OP_register_ring,
                             (void *)reg, (void *)gfns, nr, flags);
}

static inline long argo_unregister(xen_argo_port_t aport, domid_t partner)
{
    xen_argo_unregister_ring_t unreg = {
        .aport = aport, .partner_id = partner,
    };

    return hypercall_argo_op(XEN_ARGO_OP_unregister_ring, &unreg, NULL, 0, 0);
}

/**
 * The result has 32 bits: to a 64-bit guest, -errno may come back without its
 * sign extended, as from Xen 4.17.
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

/** @p data may be NULL: then Xen only looks for notifications to send. */
static inline long argo_notify(xen_argo_ring_data_t *data)
{
    return hypercall_argo_op(XEN_ARGO_OP_notify, data, NULL, 0, 0);
}

/*
 * The owner of a ring.
 */

/**
 * Describe a ring of @p len bytes and clear its pointers.  @p frames is memory
 * for ARGO_RING_FRAMES(len) frames, of which the ring takes the last first: it
 * is one circle to Xen, and no two of its frames are neighbours in this order
 * for the processor.
 */
void argo_ring_init(struct argo_ring *ring, void *frames,
                    xen_argo_port_t aport, domid_t partner, uint32_t len);

/** @p flags: XEN_ARGO_REGISTER_FLAG_* */
long argo_ring_register(struct argo_ring *ring, unsigned long flags);
long argo_ring_unregister(struct argo_ring *ring);

/** Unregister @p ring, a struct argo_ring *, if it is: for xtf_case_cleanup(). */
void argo_ring_close(void *ring);

/** The first frame, which holds the pointers. */
xen_argo_ring_t *argo_ring_header(const struct argo_ring *ring);

/** Frame @p i of the ring. */
void *argo_ring_frame(const struct argo_ring *ring, unsigned int i);

/**
 * The byte at offset @p off, for use in place; @p run, if not NULL, receives
 * how many bytes from there on lie in one piece.
 */
void *argo_ring_at(const struct argo_ring *ring, uint32_t off, uint32_t *run);

/** Copy @p len bytes from offset @p off on out of the circle. */
void argo_ring_read(const struct argo_ring *ring, uint32_t off,
                    void *buf, uint32_t len);

/** Set @p len bytes from offset @p off on. */
void argo_ring_fill(const struct argo_ring *ring, uint32_t off,
                    uint8_t byte, uint32_t len);

/**
 * Look at the message at offset @p off: rx_ptr, or msg->next of the one before.
 *
 * @return 1, or 0 if there is none (yet).  Errors: -EINVAL, no message can look
 * like what is there.
 */
int argo_peek(const struct argo_ring *ring, uint32_t off,
              struct argo_message *msg);

/** Give back the room of all messages up to @p msg. */
void argo_release(const struct argo_ring *ring, const struct argo_message *msg);

/**
 * Take the next message: its payload to @p buf, its header to @p hdr.
 *
 * @return bytes of payload.  Errors: -EAGAIN, the ring is empty; -EMSGSIZE, it
 * is more than @p size, and stays; -EINVAL as argo_peek().
 */
long argo_receive(const struct argo_ring *ring,
                  struct xen_argo_ring_message_header *hdr,
                  void *buf, uint32_t size);

/*
 * The sender.
 */

/** Send one buffer from port @p from.  @return as argo_sendv(). */
int argo_send(domid_t domid, xen_argo_port_t aport, xen_argo_port_t from,
              const void *buf, uint32_t len, uint32_t type);

/** Ask about one ring.  @p ent receives the answer; its flags are 0 if none. */
long argo_query(domid_t domid, xen_argo_port_t aport, uint32_t required,
                xen_argo_ring_data_ent_t *ent);

/*
 * VIRQ_ARGO, for messages and for space alike.  Bound once, on a port that
 * stays masked in the 2-level ABI, so that it is there to be looked at.
 */

/** The port, or -errno. */
long argo_virq_port(void);

/** Was it raised since the last call? */
bool argo_virq_take(void);

#endif /* XTF_ARGO_H */
