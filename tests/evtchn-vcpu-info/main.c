/**
 * @file tests/evtchn-vcpu-info/main.c
 * @ref test-evtchn-vcpu-info
 *
 * @page test-evtchn-vcpu-info Event channels: register_vcpu_info
 *
 * VCPUOP_register_vcpu_info moves the vcpu_info of a vCPU (its event flags,
 * selector and clock) from shared_info to a page of the guest, once.  vCPUs
 * from number 32 on have no vcpu_info in shared_info and receive events by this
 * operation only.  No pending event may be lost by it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "Event channels: register_vcpu_info";

static union
{
    vcpu_info_t info[PAGE_SIZE / sizeof(vcpu_info_t)];
    uint8_t bytes[PAGE_SIZE];
} page __page_aligned_bss;

/* Index in the page: neither the first nor the last. */
#define SLOT 3

static long place(unsigned int vcpu, uint64_t gfn, uint32_t offset)
{
    vcpu_register_vcpu_info_t op = { .mfn = gfn, .offset = offset };

    return hypercall_vcpu_op(VCPUOP_register_vcpu_info, vcpu, &op);
}

#define BAD_PLACE (xen_has(XEN_VCPU_INFO_OFFSET_IS_ENXIO) ? -ENXIO : -EINVAL)

/* Xen has not written to the page. */
#define expect_unused()                                                 \
    expect_fill(page.bytes, 0, sizeof(page))

CASE_2L("register_vcpu_info: vcpu_info crosses the end of the page -> -ENXIO")
{
    const uint64_t gfn = virt_to_gfn(&page);

    expect_ev_error(place(0, gfn, PAGE_SIZE - sizeof(vcpu_info_t) + 8),
                    BAD_PLACE);
    expect_unused();
}

CASE_2L("register_vcpu_info: offset beyond the page -> -ENXIO or -EINVAL")
{
    static const uint32_t offsets[] = { PAGE_SIZE, 2 * PAGE_SIZE, ~0u };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(offsets); ++i )
    {
        const uint32_t before = evtchn_fingerprint();
        long rc = place(0, virt_to_gfn(&page), offsets[i]);

        /* -ENXIO in Xen 4.17 and 4.18, -EINVAL in other releases. */
        expect_msg(rc == -ENXIO || rc == -EINVAL,
                   "register_vcpu_info with offset %#x returned %ld, "
                   "expected -ENXIO or -EINVAL", offsets[i], rc);
        expect_eq(evtchn_fingerprint(), before);
    }
    expect_unused();
}

CASE_2L("register_vcpu_info: offset not aligned -> -ENXIO")
{
    expect_ev_error(place(0, virt_to_gfn(&page), 1), BAD_PLACE);
    expect_ev_error(place(0, virt_to_gfn(&page), 2), BAD_PLACE);
    expect_unused();
}

CASE_2L("register_vcpu_info: invalid GFN -> -EINVAL")
{
    expect_ev_error(place(0, ~0ull >> PAGE_SHIFT, 0), -EINVAL);
}

CASE_2L("register_vcpu_info: vCPU does not exist -> -ENOENT")
{
    expect_ev_error(place(smp_nr_vcpus(), virt_to_gfn(&page), 0), -ENOENT);
    expect_ev_error(place(~0u, virt_to_gfn(&page), 0), -ENOENT);
    expect_unused();
}

CASE_2L("register_vcpu_info: argument at an unmapped address -> -EFAULT")
{
    expect_ev_error(hypercall_vcpu_op(VCPUOP_register_vcpu_info, 0,
                                     UNMAPPED_POINTER), -EFAULT);
}

/* Each vCPU's vcpu_info can be registered once: by the cases from here on. */
#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 1

CASE_2L("register_vcpu_info: port pending -> delivered by the new vcpu_info, clock continues")
{
    vcpu_info_t *info = &page.info[SLOT];
    const size_t start = SLOT * sizeof(*info), end = start + sizeof(*info);
    long port = evtchn_bind_ipi(0);
    uint64_t before = time_now();

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    require_ok(place(0, virt_to_gfn(&page), start));
    xtf_vcpu_info[0] = info;

    /* Xen sets all selector bits, so that no event is lost. */
    expect_true(info->evtchn_upcall_pending);
    expect_hex(info->evtchn_pending_sel & 1, 1);
    expect_fill(page.bytes, 0, start);
    expect_fill(page.bytes + end, 0, sizeof(page) - end);

    expect_ne(info->time.tsc_to_system_mul, 0);
    expect_true(time_now() > before);

    evtchn_deliver();
    expect_delivered(port);
}

#undef XTF_CASE_STAGE
#define XTF_CASE_STAGE 2

/* Register it unless the case above did, which need not have run. */
static bool registered(void)
{
    vcpu_info_t *info = &page.info[SLOT];

    if ( xtf_vcpu_info[0] == info )
        return true;

    if ( !expect_ok(place(0, virt_to_gfn(&page), SLOT * sizeof(*info))) )
        return false;
    xtf_vcpu_info[0] = info;
    evtchn_deliver();
    evtchn_log_clear();

    return true;
}

EVTCHN_CASE("send: after register_vcpu_info -> only the new vcpu_info is written, delivered")
{
    vcpu_info_t *old = &shared_info.vcpu_info[0];
    long port = evtchn_bind_ipi(0);

    XTF_REQUIRE(registered());
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

CASE_2L("register_vcpu_info: already registered -> error, the first one stays in use")
{
    long port = evtchn_bind_ipi(0);

    XTF_REQUIRE(registered());

    /* The errno differs between releases: -EINVAL up to Xen 4.18. */
    expect_true(place(0, virt_to_gfn(&page), 0) < 0);

    require_ok(evtchn_unmask(port));
    require_ok(hypercall_evtchn_send(port));
    expect_true(page.info[SLOT].evtchn_upcall_pending);
    expect_false(page.info[0].evtchn_upcall_pending);
    evtchn_deliver();
    expect_delivered(port);
}
