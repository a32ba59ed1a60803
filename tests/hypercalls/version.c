/*
 * HYPERVISOR_xen_version.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */

#include "tour.h"

CASE("xen_version: XENVER_version -> 4.8 to 5.0")
{
    expect_range(hypercall_xen_version(XENVER_version, NULL),
                 4 << 16 | 8, 5 << 16);
}

/* A terminated string in its array; Xen writes nothing behind the array. */
static void expect_string(unsigned int cmd, size_t len)
{
    static char buf[sizeof(xen_capabilities_info_t) + 16];

    memset(buf, 0x5a, sizeof(buf));
    expect_ok(hypercall_xen_version(cmd, buf));
    expect_msg(strnlen(buf, len) < len,
               "xen_version(%u) returned a string that is not terminated",
               cmd);
    expect_fill(buf + len, 0x5a, 16);
    expect_errno(hypercall_xen_version(cmd, BAD_PTR), -EFAULT);
}

CASE("xen_version: extraversion, capabilities, changeset, commandline -> string in its array")
{
    expect_string(XENVER_extraversion, XEN_EXTRAVERSION_LEN);
    expect_string(XENVER_capabilities, XEN_CAPABILITIES_INFO_LEN);
    expect_string(XENVER_changeset, XEN_CHANGESET_INFO_LEN);
    expect_string(XENVER_commandline, sizeof(xen_commandline_t));
}

CASE("xen_version: capabilities -> names this type of guest")
{
    static xen_capabilities_info_t caps;

    expect_ok(hypercall_xen_version(XENVER_capabilities, caps));

#if defined(CONFIG_PV) && defined(CONFIG_64BIT)
    expect_true(strstr(caps, "xen-3.0-x86_64"));
#elif defined(CONFIG_PV)
    expect_true(strstr(caps, "xen-3.0-x86_32p"));
#elif defined(CONFIG_64BIT)
    expect_true(strstr(caps, "hvm-3.0-x86_64"));
#else
    expect_true(strstr(caps, "hvm-3.0-x86_32"));
#endif
}

CASE("xen_version: compile_info, bad pointer -> strings in their arrays, -EFAULT")
{
    struct {
        struct xen_compile_info info;
        uint8_t guard[16];
    } buf;

    memset(&buf, 0x5a, sizeof(buf));
    expect_ok(hypercall_xen_version(XENVER_compile_info, &buf.info));
    expect_range(strnlen(buf.info.compiler, 64), 0, 63);
    expect_range(strnlen(buf.info.compile_by, 16), 0, 15);
    expect_range(strnlen(buf.info.compile_domain, 32), 0, 31);
    expect_range(strnlen(buf.info.compile_date, 32), 0, 31);
    expect_fill(buf.guard, 0x5a, sizeof(buf.guard));
    expect_errno(hypercall_xen_version(XENVER_compile_info, BAD_PTR), -EFAULT);
}

CASE("xen_version: platform_parameters -> virt_start")
{
    struct xen_platform_parameters params[2] = { { 0 }, { 0x5a5a } };

    expect_ok(hypercall_xen_version(XENVER_platform_parameters, params));
    expect_hex(params[1].virt_start, 0x5a5a);

    /* Xen may report 0 to a 64-bit guest, for which it is a constant. */
    if ( IS_DEFINED(CONFIG_PV) &&
         (IS_DEFINED(CONFIG_32BIT) || params[0].virt_start) )
        expect_msg(params[0].virt_start > _u(BAD_PTR),
                   "virt_start is %#lx, expected above %p",
                   (long)params[0].virt_start, BAD_PTR);
}

CASE("xen_version: get_features, submap out of range, bad pointer -> features, -EINVAL, -EFAULT")
{
    struct xen_feature_info info = { .submap_idx = 0, .submap = 0 };

    expect_ok(hypercall_xen_version(XENVER_get_features, &info));
    expect_eq(info.submap_idx, 0);
    expect_eq(!!(info.submap & (1u << XENFEAT_auto_translated_physmap)),
              IS_DEFINED(CONFIG_HVM));
    expect_eq(!!(info.submap & (1u << XENFEAT_hvm_callback_vector)),
              IS_DEFINED(CONFIG_HVM));
    expect_eq(!!(info.submap & (1u << XENFEAT_mmu_pt_update_preserve_ad)),
              IS_DEFINED(CONFIG_PV));

    info = (struct xen_feature_info){ XENFEAT_NR_SUBMAPS, 0x5a5a };
    expect_errno(hypercall_xen_version(XENVER_get_features, &info), -EINVAL);
    expect_hex(info.submap, 0x5a5a);

    expect_errno(hypercall_xen_version(XENVER_get_features, BAD_PTR), -EFAULT);
}

CASE("xen_version: pagesize, pointer not null -> PAGE_SIZE, -EINVAL")
{
    uint8_t byte = 0x5a;

    expect_eq(hypercall_xen_version(XENVER_pagesize, NULL), PAGE_SIZE);
    expect_errno(hypercall_xen_version(XENVER_pagesize, &byte), -EINVAL);
    expect_hex(byte, 0x5a);
}

CASE("xen_version: guest_handle, bad pointer -> 16 bytes, -EFAULT")
{
    uint8_t handle[32];

    memset(handle, 0x5a, sizeof(handle));
    expect_ok(hypercall_xen_version(XENVER_guest_handle, handle));
    expect_fill(handle + 16, 0x5a, 16);
    expect_errno(hypercall_xen_version(XENVER_guest_handle, BAD_PTR), -EFAULT);
}

CASE("xen_version: build_id -> size, -ENOBUFS for a small buffer, -EPERM if unprivileged")
{
    struct {
        struct xen_build_id id;
        uint8_t bytes[80];
    } buf = {};
    const long size = hypercall_xen_version(XENVER_build_id, NULL);

    if ( !is_dom0() )
        need_privilege_checks();

    if ( !is_dom0() )
    {
        expect_errno(size, -EPERM);
        return;
    }

    if ( size == -ENODATA )
        skip_case("needs a Xen that was linked with --build-id");

    /* len 0: -EINVAL in older releases, -ENOBUFS in newer ones. */
    expect_either(hypercall_xen_version(XENVER_build_id, &buf),
                  -EINVAL, -ENOBUFS);

    expect_range(size, 1, 64);
    memset(buf.bytes, 0x5a, sizeof(buf.bytes));

    buf.id.len = size - 1;
    expect_errno(hypercall_xen_version(XENVER_build_id, &buf), -ENOBUFS);
    expect_fill(buf.bytes, 0x5a, sizeof(buf.bytes));

    buf.id.len = size;
    expect_eq(hypercall_xen_version(XENVER_build_id, &buf), size);
    expect_fill(buf.bytes + size, 0x5a, sizeof(buf.bytes) - size);
}

CASE("xen_version: unknown command -> -ENOSYS")
{
    expect_errno(hypercall_xen_version(NO_OP, NULL), -ENOSYS);
}
