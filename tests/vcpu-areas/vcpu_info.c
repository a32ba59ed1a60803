/*
 * VCPUOP_register_vcpu_info of vCPUs that are down, one for each offset.
 *
 * Such a vCPU has its vcpu_info written by Xen alone: when it is moved, and
 * when an event for the vCPU is raised.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "areas.h"

#define SIZE sizeof(vcpu_info_t)

/* Offsets, each with a page and a vCPU of its own, from vCPU 1 on. */
#define NR 63

static uint8_t info_page[NR][PAGE_SIZE] __page_aligned_bss;

/* Down from the last that fits, and up from the first. */
static unsigned int offset_of(unsigned int i)
{
    return i % 2 ? i / 2 * ALIGNMENT
                 : PAGE_SIZE - SIZE - i / 2 * ALIGNMENT;
}

static long place(unsigned int vcpu, const void *page, uint32_t offset)
{
    vcpu_register_vcpu_info_t op = {
        .mfn = virt_to_gfn(page), .offset = offset,
    };

    return hypercall_vcpu_op(VCPUOP_register_vcpu_info, vcpu, &op);
}

CASE("register_vcpu_info: each offset that is not aligned or crosses the page -> -ENXIO")
{
    unsigned int vcpu = smp_nr_vcpus() - 1, offset, wrong = 0;

    if ( vcpu == 0 )
        skip_case("the domain has fewer than 2 vCPUs");

    fresh_area(0);
    for ( offset = 0; offset < PAGE_SIZE; ++offset )
    {
        long rc;

        if ( !(offset % ALIGNMENT) && offset <= PAGE_SIZE - SIZE )
            continue;
        rc = place(vcpu, pages, offset);
        if ( rc != -ENXIO && !wrong++ )
            expect_msg(false, "offset %#x: VCPUOP_register_vcpu_info is %ld, "
                       "expected -ENXIO", offset, rc);
    }

    expect_eq(wrong, 0);
    expect_only(0, 0);
}

/* A vcpu_info cannot be moved again. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

CASE("register_vcpu_info: aligned offsets at both ends of a page -> evtchn_pending_sel all set")
{
    const unsigned int nr = min(smp_nr_vcpus() - 1, NR + 0u);
    unsigned int i;

    if ( nr == 0 )
        skip_case("the domain has fewer than 2 vCPUs");
    require_ok(evtchn_start(EVTCHN_2L));

    for ( i = 0; i < nr; ++i )
    {
        const unsigned int vcpu = i + 1, offset = offset_of(i);
        uint8_t *page = info_page[i];
        vcpu_info_t info;
        long port;

        memset(page, UNUSED, PAGE_SIZE);
        require_msg(place(vcpu, page, offset) == 0,
                    "offset %#x, vCPU %u: VCPUOP_register_vcpu_info failed",
                    offset, vcpu);

        memcpy(&info, page + offset, SIZE);
        expect_msg(info.evtchn_upcall_pending == 1 &&
                   info.evtchn_pending_sel == ~0ul,
                   "offset %#x, vCPU %u: upcall_pending %u, pending_sel %#lx, "
                   "expected everything to be pending", offset, vcpu,
                   info.evtchn_upcall_pending,
                   (unsigned long)info.evtchn_pending_sel);
        expect_msg(info.time.tsc_to_system_mul && !(info.time.version & 1),
                   "offset %#x, vCPU %u: vcpu_info.time is not filled in",
                   offset, vcpu);
        expect_msg(place(vcpu, pages, 0) < 0,
                   "vCPU %u: a second VCPUOP_register_vcpu_info succeeded",
                   vcpu);

        /* An event for the vCPU is found there, too. */
        info.evtchn_upcall_pending = 0;
        info.evtchn_pending_sel = 0;
        memcpy(page + offset, &info, offsetof(vcpu_info_t, arch));

        port = evtchn_bind_ipi(vcpu);
        require_msg(port > 0, "EVTCHNOP_bind_ipi is %ld, expected a port",
                    port);
        require_ok(evtchn_unmask(port));
        require_ok(hypercall_evtchn_send(port));
        memcpy(&info, page + offset, SIZE);
        expect_msg(info.evtchn_upcall_pending == 1 &&
                   info.evtchn_pending_sel == 1ul << (port / BITS_PER_LONG),
                   "offset %#x, vCPU %u: upcall_pending %u, pending_sel %#lx "
                   "after a send to port %ld", offset, vcpu,
                   info.evtchn_upcall_pending,
                   (unsigned long)info.evtchn_pending_sel, port);
        evtchn_clear(port);
        require_ok(hypercall_evtchn_close(port));

        if ( !expect_fill(page, UNUSED, offset) ||
             !expect_fill(page + offset + SIZE, UNUSED,
                          PAGE_SIZE - offset - SIZE) )
            return;
    }
}
