/*
 * HVM: hypercalls from a 16-bit code segment, which count as 32-bit ones; and
 * what those from a 32-bit one stand on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>

#include <arch/desc.h>
#include <arch/lib.h>

#include "modes.h"

#define SEL16 (GDTE_AVAIL0 << 3)

/* Code for the other segment, made for each call. */
static uint8_t code[32] __aligned(32);

static unsigned int add(unsigned int at, const void *bytes, unsigned int len)
{
    memcpy(code + at, bytes, len);

    return at + len;
}

/* The instruction that the hypercall page has: VMCALL or VMMCALL. */
static unsigned int add_instruction(unsigned int at)
{
    const uint8_t *entry = hypercall_page + __HYPERVISOR_xen_version * 32;

    /* It follows a MOV to EAX, of five bytes. */
    return add(at, entry + 5, 3);
}

/* A far jump to far_call_back. */
static unsigned int add_way_back(unsigned int at)
{
    const uint32_t offset = _u(far_call_back);
    const uint16_t sel = __KERN_CS;

    at = add(at, "\xea", 1);
    at = add(at, &offset, sizeof(offset));

    return add(at, &sel, sizeof(sel));
}

int32_t call32(bool by_page, uint32_t nr, const uint32_t args[5])
{
    struct far_call c = {
        nr, args[0], args[1], args[2], args[3], args[4], 0,
        _u(code), __KERN_CS32,
    };
    unsigned int at = 0;

    if ( by_page )
    {
        /* CALL, relative to its end. */
        const uint32_t rel = _u(hypercall_page + nr * 32) - _u(code) - 5;

        at = add(at, "\xe8", 1);
        at = add(at, &rel, sizeof(rel));
    }
    else
        at = add_instruction(at);
    add_way_back(at);

    barrier();
    far_call_enter(&c);

    return c.result;
}

int32_t call16(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3)
{
    struct far_call c = { nr, a1, a2, a3, 0, 0, 0, 0, SEL16 };
    const user_desc desc = {
        .limit0 = 0xffff, .base0 = _u(code), .base1 = _u(code) >> 16,
        .base2 = _u(code) >> 24, .type = 0xb, .s = 1, .p = 1,
    };
    unsigned int at = add_instruction(0);

    /* The far jump has a 32-bit offset. */
    at = add(at, "\x66", 1);
    add_way_back(at);

    update_desc(&gdt[GDTE_AVAIL0], desc);
    barrier();
    far_call_enter(&c);

    return c.result;
}

CASE("16-bit code segment: xen_version -> as from the kernel's segment")
{
    struct xen_feature_info info = { 0 }, want = { 0 };

    expect_eq(call16(__HYPERVISOR_xen_version, XENVER_version, 0, 0),
              hypercall_xen_version(XENVER_version, NULL));
    require_ok(hypercall_xen_version(XENVER_get_features, &want));
    expect_errno(call16(__HYPERVISOR_xen_version, XENVER_get_features,
                        _u(&info), 0), 0);
    expect_hex(info.submap, want.submap);
}

CASE("16-bit code segment: EVTCHNOP_bind_ipi, EVTCHNOP_send -> port pending")
{
    struct evtchn_bind_ipi bind = { .vcpu = 0 };
    struct evtchn_send send;

    require_ok(evtchn_start(EVTCHN_2L));
    require_ok(call16(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi,
                      _u(&bind), 0));
    expect_port(bind.port, PORT_IPI, 0);
    send.port = bind.port;
    expect_errno(call16(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
                        _u(&send), 0), 0);
    expect_true(evtchn_is_pending(bind.port));
}

CASE("16-bit code segment: GNTTABOP_query_size -> as from the kernel's segment")
{
    struct gnttab_query_size got = { .dom = DOMID_SELF }, want = got;

    need_gnttab();

    require_ok(hypercall_grant_table_op(GNTTABOP_query_size, &want, 1));
    expect_errno(call16(__HYPERVISOR_grant_table_op, GNTTABOP_query_size,
                        _u(&got), 1), 0);
    expect_gntst(got.status, want.status);
    expect_eq(got.nr_frames, want.nr_frames);
    expect_eq(got.max_nr_frames, want.max_nr_frames);
}

CASE("16-bit code segment: unknown hypercall -> -ENOSYS")
{
    expect_errno(call16(63, 0, 0, 0), -ENOSYS);
    expect_errno(call16(0xffff, 0, 0, 0), -ENOSYS);
}
