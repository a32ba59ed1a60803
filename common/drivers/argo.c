/*
 * The Argo driver: see <xtf/drivers/argo.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/drivers/argo.h>
#include <xtf/bitops.h>
#include <xtf/lib.h>
#include <xtf/traps.h>

#include <arch/mm.h>

domid_t argo_self(void)
{
    static int self = -1;

    if ( self < 0 )
        self = xtf_get_domid();
    ASSERT(self >= 0);

    return self;
}

bool argo_wildcard_allowed(void)
{
    static uint8_t frame[PAGE_SIZE] __page_aligned_bss;
    const char *word = xtf_xen_cmdline("mac-permissive");
    struct argo_ring ring;
    long rc;

    argo_ring_init(&ring, frame, ~0u, XEN_ARGO_DOMID_ANY, ARGO_MIN_RING_SIZE);
    rc = argo_ring_register(&ring, 0);
    argo_ring_close(&ring);

    /* -EPERM against Xen's own command line is an error of Xen: go on, fail. */
    return rc != -EPERM || (word && !strncmp(word, "mac-permissive=1", 16));
}

void argo_ring_init(struct argo_ring *ring, void *frames,
                    xen_argo_port_t aport, domid_t partner, uint32_t len)
{
    ASSERT(!(_u(frames) & ~PAGE_MASK));

    *ring = (struct argo_ring) {
        .aport = aport, .partner = partner, .len = len,
        .frames = frames, .nr_frames = ARGO_RING_FRAMES(len),
    };

    memset(argo_ring_header(ring), 0, sizeof(xen_argo_ring_t));
}

long argo_ring_register(struct argo_ring *ring, unsigned long flags)
{
    static xen_argo_gfn_t gfns[ARGO_MAX_FRAMES];
    const xen_argo_register_ring_t reg = {
        .aport = ring->aport, .partner_id = ring->partner, .len = ring->len,
    };
    unsigned int i;
    long rc;

    ASSERT(ring->nr_frames <= ARRAY_SIZE(gfns));

    for ( i = 0; i < ring->nr_frames; ++i )
        gfns[i] = virt_to_gfn(argo_ring_frame(ring, i));

    rc = argo_register(&reg, gfns, ring->nr_frames, flags);
    if ( !rc )
        ring->registered = true;

    return rc;
}

long argo_ring_unregister(struct argo_ring *ring)
{
    long rc = argo_unregister(ring->aport, ring->partner);

    if ( !rc )
        ring->registered = false;

    return rc;
}

void argo_ring_close(void *arg)
{
    struct argo_ring *ring = arg;

    if ( ring->registered )
        argo_ring_unregister(ring);
}

xen_argo_ring_t *argo_ring_header(const struct argo_ring *ring)
{
    return argo_ring_frame(ring, 0);
}

void *argo_ring_frame(const struct argo_ring *ring, unsigned int i)
{
    return ring->frames + (ring->nr_frames - 1 - i) * PAGE_SIZE;
}

void *argo_ring_at(const struct argo_ring *ring, uint32_t off, uint32_t *run)
{
    uint32_t byte = off + sizeof(xen_argo_ring_t);
    uint32_t in_frame = byte & ~PAGE_MASK;

    if ( run )
        *run = min(ring->len - off, (uint32_t)PAGE_SIZE - in_frame);

    return argo_ring_frame(ring, byte >> PAGE_SHIFT) + in_frame;
}

void argo_ring_read(const struct argo_ring *ring, uint32_t off,
                    void *buf, uint32_t len)
{
    while ( len )
    {
        uint32_t run;
        const void *at = argo_ring_at(ring, off, &run);

        run = min(run, len);
        memcpy(buf, at, run);

        buf += run;
        len -= run;
        off = (off + run) % ring->len;
    }
}

void argo_ring_fill(const struct argo_ring *ring, uint32_t off,
                    uint8_t byte, uint32_t len)
{
    while ( len )
    {
        uint32_t run;
        void *at = argo_ring_at(ring, off, &run);

        run = min(run, len);
        memset(at, byte, run);

        len -= run;
        off = (off + run) % ring->len;
    }
}

int argo_peek(const struct argo_ring *ring, uint32_t off,
              struct argo_message *msg)
{
    /* Xen writes a message before it moves tx_ptr: read in that order. */
    uint32_t tx = LOAD_ACQUIRE(&argo_ring_header(ring)->tx_ptr), used;

    if ( off == tx )
        return 0;

    if ( off >= ring->len || tx >= ring->len ||
         (off | tx) % XEN_ARGO_MSG_SLOT_SIZE )
        return -EINVAL;

    argo_ring_read(ring, off, &msg->hdr, sizeof(msg->hdr));

    used = tx > off ? tx - off : tx + ring->len - off;
    if ( msg->hdr.len < sizeof(msg->hdr) || msg->hdr.len > used )
        return -EINVAL;

    msg->data = (off + sizeof(msg->hdr)) % ring->len;
    msg->data_len = msg->hdr.len - sizeof(msg->hdr);
    msg->next = (off + ARGO_MSG_SPAN(msg->data_len)) % ring->len;

    return 1;
}

void argo_release(const struct argo_ring *ring, const struct argo_message *msg)
{
    /* Reading the message is over before Xen may overwrite it. */
    smp_mb();
    STORE_RELEASE(&argo_ring_header(ring)->rx_ptr, msg->next);
}

long argo_receive(const struct argo_ring *ring,
                  struct xen_argo_ring_message_header *hdr,
                  void *buf, uint32_t size)
{
    struct argo_message msg;
    int rc = argo_peek(ring, argo_ring_header(ring)->rx_ptr, &msg);

    if ( rc <= 0 )
        return rc ?: -EAGAIN;

    if ( msg.data_len > size )
        return -EMSGSIZE;

    *hdr = msg.hdr;
    argo_ring_read(ring, msg.data, buf, msg.data_len);
    argo_release(ring, &msg);

    return msg.data_len;
}

int argo_send(domid_t domid, xen_argo_port_t aport, xen_argo_port_t from,
              const void *buf, uint32_t len, uint32_t type)
{
    const xen_argo_send_addr_t addr = {
        .src = { .aport = from, .domain_id = argo_self() },
        .dst = { .aport = aport, .domain_id = domid },
    };
    const xen_argo_iov_t iov = { .iov_hnd = buf, .iov_len = len };

    /* Xen logs each buffer without bytes. */
    return argo_sendv(&addr, &iov, len ? 1 : 0, type);
}

long argo_query(domid_t domid, xen_argo_port_t aport, uint32_t required,
                xen_argo_ring_data_ent_t *ent)
{
    /* A xen_argo_ring_data_t of one entry. */
    struct
    {
        uint32_t nent, pad;
        xen_argo_ring_data_ent_t ent;
    } data = {
        .nent = 1,
        .ent = {
            .ring = { .aport = aport, .domain_id = domid },
            .space_required = required,
        },
    };
    long rc = argo_notify((void *)&data);

    *ent = data.ent;

    return rc;
}

long argo_virq_port(void)
{
    static long port;

    if ( port <= 0 )
    {
        struct evtchn_bind_virq op = { .virq = VIRQ_ARGO };

        port = hypercall_event_channel_op(EVTCHNOP_bind_virq, &op) ?:
            (long)op.port;
        if ( port > 0 )
            set_bit(port, shared_info.evtchn_mask);
    }

    return port;
}

bool argo_virq_take(void)
{
    long port = argo_virq_port();

    ASSERT(port > 0);

    return test_and_clear_bit(port, shared_info.evtchn_pending);
}
