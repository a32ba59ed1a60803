/**
 * @file tests/argo/main.c
 * @ref test-argo
 *
 * @page test-argo Argo: a tour of rings, messages and notifications
 *
 * A tour of Argo, in which a domain sends messages to itself: it registers a
 * ring, receives a message with its source and type, gets VIRQ_ARGO for it,
 * fails to send to a full ring and gets VIRQ_ARGO once there is space, and
 * unregisters the ring.  The tests argo-* check each step in detail.
 *
 * Xen copies from the memory of one guest into that of another here, so each
 * check protects one guest from the other.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/argo_case.h>
#include <xtf/harness/needs.h>

#include <arch/irqflags.h>
#include <arch/page.h>

const char test_title[] = "Argo: a tour of rings, messages and notifications";

#define PORT     0x4a52
#define REPLY    0x13371337
#define TYPE     0xfeedc0de
#define RING_LEN 4096

static uint8_t frames[2][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring ring;
static uint8_t buf[RING_LEN];

void test_main(void)
{
    if ( argo_required() )
        xtf_run_cases();
}

static long open_ring(domid_t partner)
{
    argo_ring_init(&ring, frames, PORT, partner, RING_LEN);
    xtf_case_cleanup(argo_ring_close, &ring);

    return argo_ring_register(&ring, 0);
}

static int send(const void *msg, uint32_t len)
{
    return argo_send(argo_self(), PORT, REPLY, msg, len, TYPE);
}

CASE("register_ring with FAIL_EXIST, unregister_ring: each twice -> 0, -EEXIST, 0, -ENOENT")
{
    require_ok(open_ring(argo_self()));

    expect_errno(argo_ring_register(&ring, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST),
                 -EEXIST);
    expect_ok(argo_ring_unregister(&ring));
    expect_errno(argo_unregister(PORT, argo_self()), -ENOENT);
}

CASE("sendv: one buffer -> payload, source and message type in the ring")
{
    static const char text[] = "Touchstone, the stone that tells gold";
    struct xen_argo_ring_message_header hdr;

    require_ok(open_ring(argo_self()));
    require_eq(send(text, sizeof(text)), sizeof(text));
    require_eq(argo_receive(&ring, &hdr, buf, sizeof(buf)), sizeof(text));

    expect_str((const char *)buf, text);
    expect_eq(hdr.source.domain_id, argo_self());
    expect_hex(hdr.source.aport, REPLY);
    expect_hex(hdr.message_type, TYPE);
    expect_errno(argo_receive(&ring, &hdr, buf, sizeof(buf)), -EAGAIN);
}

CASE("sendv: three buffers -> one message of their bytes in order")
{
    const xen_argo_send_addr_t addr = {
        .src = { .aport = REPLY, .domain_id = argo_self() },
        .dst = { .aport = PORT, .domain_id = argo_self() },
    };
    const xen_argo_iov_t iov[] = {
        { .iov_hnd = "Stone ", .iov_len = 6 },
        { .iov_hnd = "tells ", .iov_len = 6 },
        { .iov_hnd = "gold.", .iov_len = 6 },
    };
    struct xen_argo_ring_message_header hdr;

    require_ok(open_ring(argo_self()));
    require_eq(argo_sendv(&addr, iov, ARRAY_SIZE(iov), TYPE), 18);
    require_eq(argo_receive(&ring, &hdr, buf, sizeof(buf)), 18);
    expect_str((const char *)buf, "Stone tells gold.");
}

CASE("sendv: 1000 messages, each received -> each arrives, across the end of the ring buffer")
{
    struct xen_argo_ring_message_header hdr;
    unsigned int i;

    require_ok(open_ring(argo_self()));

    for ( i = 0; i < 1000; ++i )
    {
        uint32_t msg[64], len = (i * 7) % sizeof(msg);

        memset(msg, i, sizeof(msg));
        require_eq(argo_send(argo_self(), PORT, REPLY, msg, len, i), len);
        require_eq(argo_receive(&ring, &hdr, buf, sizeof(buf)), len);
        require_eq(hdr.message_type, i);
        XTF_REQUIRE(expect_fill(buf, i, len));
    }
}

CASE("sendv: to a wildcard ring -> message in the ring")
{
    need_wildcard_rings();

    require_ok(open_ring(XEN_ARGO_DOMID_ANY));
    expect_eq(send("x", 1), 1);
    expect_hex(argo_ring_header(&ring)->tx_ptr, ARGO_MSG_SPAN(1));
}

CASE("sendv: no ring registered -> -ECONNREFUSED")
{
    expect_errno(send("x", 1), -ECONNREFUSED);
}

CASE("notify: empty ring, 100 bytes -> EXISTS, EMPTY, SUFFICIENT, max_message_size")
{
    xen_argo_ring_data_ent_t ent;

    require_ok(open_ring(argo_self()));
    require_ok(argo_query(argo_self(), PORT, 100, &ent));
    expect_hex(ent.flags, XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMPTY |
               XEN_ARGO_RING_SUFFICIENT);
    expect_eq(ent.max_message_size, ARGO_MAX_PAYLOAD(RING_LEN));
}

CASE("VIRQ_ARGO: one message -> raised once")
{
    require_ok(open_ring(argo_self()));

    argo_virq_take();
    require_eq(send("x", 1), 1);
    expect_true(argo_virq_take());
    expect_false(argo_virq_take());
}

CASE("VIRQ_ARGO: sendv was -EAGAIN -> raised once there is space")
{
    const uint32_t most = ARGO_MAX_PAYLOAD(RING_LEN);
    struct xen_argo_ring_message_header hdr;

    require_ok(open_ring(argo_self()));
    require_eq(send(buf, most), most);
    expect_errno(send("x", 1), -EAGAIN);

    argo_virq_take();
    require_ok(argo_notify(NULL));
    expect_false(argo_virq_take());

    require_eq(argo_receive(&ring, &hdr, buf, sizeof(buf)), most);
    require_ok(argo_notify(NULL));
    expect_true(argo_virq_take());
    expect_eq(send("x", 1), 1);
}

static unsigned int upcalls;

void do_evtchn(struct cpu_regs *regs)
{
    upcalls += evtchn_take_upcall();
    shared_info.vcpu_info[0].evtchn_pending_sel = 0;
    clear_bit(argo_virq_port(), shared_info.evtchn_pending);
}

static void silence(void *unused)
{
    local_irq_disable();
    set_bit(argo_virq_port(), shared_info.evtchn_mask);
}

CASE("VIRQ_ARGO: port unmasked, one message -> one upcall")
{
    require_ok(open_ring(argo_self()));

    argo_virq_take();
    xtf_case_cleanup(silence, NULL);
    shared_info.vcpu_info[0].evtchn_upcall_pending = 0;
    shared_info.vcpu_info[0].evtchn_pending_sel = 0;
    clear_bit(argo_virq_port(), shared_info.evtchn_mask);
    local_irq_enable();

    upcalls = 0;
    require_eq(send("x", 1), 1);
    expect_eq(upcalls, 1);
}
