/*
 * Global VIRQs, which can be rebound to another vCPU.  The test uses VIRQ_ARGO:
 * a domain raises it by sending a message to itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/drivers/argo.h>
#include <xtf/harness/needs.h>

#include "smp.h"

#define PORT    0x5a17
#define LEN     (PAGE_SIZE - sizeof(xen_argo_ring_t))

static uint8_t frame[1][PAGE_SIZE] __page_aligned_bss;
static struct argo_ring ring;

#define need_argo()                                                     \
    if ( argo_notify(NULL) )                                            \
        skip_case("needs Argo: argo=1 on Xen's command line")

static bool open_ring(void)
{
    argo_ring_init(&ring, frame, PORT, argo_self(), LEN);
    xtf_case_cleanup(argo_ring_close, &ring);

    return expect_ok(argo_ring_register(&ring, 0));
}

/* Raise VIRQ_ARGO, by a message of this domain to itself. */
static void raise(void)
{
    expect_eq(argo_send(argo_self(), PORT, 1, "x", 1, 0), 1);
}

EVTCHN_CASE("bind_vcpu: VIRQ_ARGO -> delivered on the new vCPU")
{
    unsigned int vcpu;
    long port;

    need_vcpus(2);
    need_argo();
    XTF_REQUIRE(open_ring());

    port = evtchn_bind_virq(VIRQ_ARGO, 0);
    require_ok(evtchn_unmask(port));

    for ( vcpu = smp_usable_vcpus(); vcpu-- > 0; )
    {
        require_ok(evtchn_bind_vcpu(port, vcpu));
        raise();
        expect_true(xtf_vcpu_info[vcpu]->evtchn_upcall_pending);
        require_ok(smp_call(vcpu, deliver_here, NULL));
        expect_eq(evtchn_log[0].vcpu, vcpu);
        expect_delivered(port);
    }
}

EVTCHN_CASE("bind_virq: VIRQ_ARGO, earlier port rebound and closed -> delivered on vCPU 0")
{
    long port;

    need_vcpus(2);
    need_argo();
    XTF_REQUIRE(open_ring());

    port = evtchn_bind_virq(VIRQ_ARGO, 0);
    require_ok(evtchn_bind_vcpu(port, 1));
    require_ok(hypercall_evtchn_close(port));
    raise();
    expect_false(xtf_vcpu_info[1]->evtchn_upcall_pending);

    port = evtchn_bind_virq(VIRQ_ARGO, 0);
    require_ok(evtchn_unmask(port));
    raise();
    expect_false(xtf_vcpu_info[1]->evtchn_upcall_pending);
    evtchn_deliver();
    expect_eq(evtchn_log[0].vcpu, 0);
    expect_delivered(port);
}
