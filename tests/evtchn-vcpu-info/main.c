/**
 * @file tests/evtchn-vcpu-info/main.c
 * @ref test-evtchn-vcpu-info
 *
 * @page test-evtchn-vcpu-info Event channels: vcpu_info in a place of one's own
 *
 * VCPUOP_register_vcpu_info takes a vCPU's flags, selector and clock out of
 * shared_info.  A vCPU from number 32 on has no other way to take events, and
 * nothing may be lost on the way.  It can be done once only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: vcpu_info";

static union
{
    vcpu_info_t info[PAGE_SIZE / sizeof(vcpu_info_t)];
    uint8_t bytes[PAGE_SIZE];
} page __page_aligned_bss;

/* Where in the page: neither its start nor its end. */
#define SLOT 3

static long place(unsigned int vcpu, uint64_t gfn, uint32_t offset)
{
    vcpu_register_vcpu_info_t op = { .mfn = gfn, .offset = offset };

    return hypercall_vcpu_op(VCPUOP_register_vcpu_info, vcpu, &op);
}

#define BAD_PLACE (xen_has(XEN_VCPU_INFO_OFFSET_IS_ENXIO) ? -ENXIO : -EINVAL)

/* Nothing of this page is in use. */
#define expect_unused()                                                 \
    expect_fill(page.bytes, 0, sizeof(page))

CASE_2L("place: one that crosses the end of the page, -ENXIO")
{
    const uint64_t gfn = virt_to_gfn(&page);

    expect_ev_error(place(0, gfn, PAGE_SIZE - sizeof(vcpu_info_t) + 8),
                    BAD_PLACE);
    expect_unused();
}

CASE_2L("place: one that begins beyond the page, -ENXIO or -EINVAL")
{
    static const uint32_t offsets[] = { PAGE_SIZE, 2 * PAGE_SIZE, ~0u };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(offsets); ++i )
    {
        const uint32_t before = evtchn_fingerprint();
        long rc = place(0, virt_to_gfn(&page), offsets[i]);

        /* The former in Xen 4.17 and 4.18, the latter before and since. */
        expect_msg(rc == -ENXIO || rc == -EINVAL, "%#x: %ld", offsets[i], rc);
        expect_eq(evtchn_fingerprint(), before);
    }
    expect_unused();
}

CASE_2L("place: one that is not aligned, -ENXIO")
{
    expect_ev_error(place(0, virt_to_gfn(&page), 1), BAD_PLACE);
    expect_ev_error(place(0, virt_to_gfn(&page), 2), BAD_PLACE);
    expect_unused();
}

CASE_2L("place: a frame that the domain does not have, -EINVAL")
{
    expect_ev_error(place(0, ~0ull >> PAGE_SHIFT, 0), -EINVAL);
}

CASE_2L("place: of a vCPU that does not exist, -ENOENT")
{
    expect_ev_error(place(smp_nr_vcpus(), virt_to_gfn(&page), 0), -ENOENT);
    expect_ev_error(place(~0u, virt_to_gfn(&page), 0), -ENOENT);
    expect_unused();
}

CASE_2L("place: an unreadable argument, -EFAULT")
{
    expect_ev_error(hypercall_vcpu_op(VCPUOP_register_vcpu_info, 0,
                                     UNMAPPED_POINTER), -EFAULT);
}

CASE_2L("move: what is pending goes along, and the clock goes on")
{
    vcpu_info_t *info = &page.info[SLOT];
    const size_t start = SLOT * sizeof(*info), end = start + sizeof(*info);
    long port = evtchn_bind_ipi(0);
    uint64_t before = time_now();

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    require_ok(place(0, virt_to_gfn(&page), start));
    xtf_vcpu_info[0] = info;

    /* Everything is said to be pending, lest something get lost. */
    expect_true(info->evtchn_upcall_pending);
    expect_hex(info->evtchn_pending_sel & 1, 1);
    expect_fill(page.bytes, 0, start);
    expect_fill(page.bytes + end, 0, sizeof(page) - end);

    expect_ne(info->time.tsc_to_system_mul, 0);
    expect_true(time_now() > before);

    evtchn_deliver();
    expect_delivered(port);
}

EVTCHN_CASE("moved: events arrive by the new place, and the old is left alone")
{
    vcpu_info_t *old = &shared_info.vcpu_info[0];
    long port = evtchn_bind_ipi(0);

    if ( xtf_vcpu_info[0] == old )
        error_case("the case before this one failed");

    old->evtchn_upcall_pending = 0;
    old->evtchn_pending_sel = 0;
    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));

    expect_true(xtf_vcpu_info[0]->evtchn_upcall_pending);
    expect_false(old->evtchn_upcall_pending);
    expect_hex(old->evtchn_pending_sel, 0);
    evtchn_deliver();
    expect_delivered(port);
}

CASE_2L("moved: a second time is refused, and changes nothing")
{
    long port = evtchn_bind_ipi(0);

    /* -EINVAL up to Xen 4.18; its later releases tell more errors apart. */
    expect_true(place(0, virt_to_gfn(&page), 0) < 0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_true(page.info[SLOT].evtchn_upcall_pending);
    expect_false(page.info[0].evtchn_upcall_pending);
    evtchn_deliver();
    expect_delivered(port);
}
