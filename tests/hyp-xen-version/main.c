/**
 * @file tests/hyp-xen-version/main.c
 * @ref test-hyp-xen-version
 *
 * @page test-hyp-xen-version xen_version: what Xen's requirements ask of it
 *
 * Xen's docs/fusa numbers what the hypervisor has to do for safety's sake, and
 * begins with this hypercall.  A case names the requirements that it verifies;
 * the matrix at the end of this page's document is made of them.  Xen's own CI
 * runs a test of this name.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/needs.h>
#include <xtf/mm/page.h>

const char test_title[] = "xen_version: what Xen's requirements ask of it";

#define GUARD 16

static char buf[sizeof(xen_capabilities_info_t) + GUARD];

/* Xen fills an array of @p len bytes at buf: with a string, and no more. */
static void expect_string(unsigned int cmd, size_t len)
{
    memset(buf, 0x5a, sizeof(buf));
    require_ok(hypercall_xen_version(cmd, buf));
    expect_msg(strnlen(buf, len) < len,
               "command %u wrote a string that does not end within %zu bytes",
               cmd, len);
    expect_fill(buf + len, 0x5a, GUARD);
}

/* One word of buf, where words are separated by blanks. */
static bool has_word(const char *word)
{
    const size_t len = strlen(word);
    const char *at = buf;

    for ( ; (at = strstr(at, word)); ++at )
        if ( (at == buf || at[-1] == ' ') &&
             (at[len] == ' ' || at[len] == '\0') )
            return true;

    return false;
}

/* Verifies: XenProd~version_hyp_first_param~1 */
CASE("xen_version: command number in the first argument -> selects the command")
{
    /* The null hypercall, and two whose results cannot be mistaken for it. */
    expect_ne(hypercall_xen_version(XENVER_version, NULL), PAGE_SIZE);
    expect_eq(hypercall_xen_version(XENVER_pagesize, NULL), PAGE_SIZE);
    expect_errno(hypercall_xen_version(62, NULL), -ENOSYS);
}

/* Verifies: XenProd~version_hyp_second_param~1 */
CASE("xen_version: buffer address in the second argument -> written there, at any alignment")
{
    char *at = buf + 1;

    memset(buf, 0x5a, sizeof(buf));
    require_ok(hypercall_xen_version(XENVER_extraversion, at));
    expect_eq((uint8_t)buf[0], 0x5a);
    expect_true(strnlen(at, XEN_EXTRAVERSION_LEN) < XEN_EXTRAVERSION_LEN);
    expect_fill(at + XEN_EXTRAVERSION_LEN, 0x5a, GUARD);
}

/* Verifies: XenProd~version_hyp_version_cmd~1 XenSwdgn~version~1 */
CASE("xen_version: XENVER_version -> major in the upper, minor in the lower 16 bits")
{
    const long version = hypercall_xen_version(XENVER_version, NULL);

    expect_range(version >> 16, 4, 5);
    expect_range(version & 0xffff, 0, 99);
    expect_eq(hypercall_xen_version(XENVER_version, NULL), version);

    /* The buffer is of no meaning for this command. */
    expect_eq(hypercall_xen_version(XENVER_version, unmapped_page()), version);
}

/* Verifies: XenProd~version_hyp_extraversion_cmd~1 XenSwdgn~extraversion~1 */
CASE("xen_version: XENVER_extraversion -> string of at most 15 characters")
{
    expect_string(XENVER_extraversion, XEN_EXTRAVERSION_LEN);
}

/* Verifies: XenProd~version_hyp_changeset_cmd~1 XenSwdgn~changeset~1 */
CASE("xen_version: XENVER_changeset -> string of at most 63 characters")
{
    expect_string(XENVER_changeset, XEN_CHANGESET_INFO_LEN);
}

/*
 * Verifies: XenProd~version_hyp_capabilities_cmd~1
 *           XenSwdgn~arm64_capabilities~1
 */
CASE("xen_version: XENVER_capabilities -> names this kind of guest")
{
    expect_string(XENVER_capabilities, XEN_CAPABILITIES_INFO_LEN);
    expect_msg(has_word(XEN_CAPABILITY),
               "the capabilities are \"%s\", expected \"%s\" among them",
               buf, XEN_CAPABILITY);
}

CASE("xen_version: XENVER_compile_info -> every array ends with NUL")
{
    struct
    {
        struct xen_compile_info info;
        uint8_t guard[GUARD];
    } out;

    memset(&out, 0x5a, sizeof(out));
    require_ok(hypercall_xen_version(XENVER_compile_info, &out.info));
    expect_range(strnlen(out.info.compiler, sizeof(out.info.compiler)),
                 0, sizeof(out.info.compiler) - 1);
    expect_range(strnlen(out.info.compile_by, sizeof(out.info.compile_by)),
                 0, sizeof(out.info.compile_by) - 1);
    expect_range(strnlen(out.info.compile_domain,
                         sizeof(out.info.compile_domain)),
                 0, sizeof(out.info.compile_domain) - 1);
    expect_range(strnlen(out.info.compile_date, sizeof(out.info.compile_date)),
                 0, sizeof(out.info.compile_date) - 1);
    expect_fill(out.guard, 0x5a, sizeof(out.guard));
}

CASE("xen_version: XENVER_build_id -> size without a buffer, -EPERM if unprivileged")
{
    const long size = hypercall_xen_version(XENVER_build_id, NULL);

    if ( xtf_get_domid() != 0 )
        need_privilege_checks();

    if ( size == -ENODATA )
        skip_case("needs a Xen that was linked with --build-id");
    if ( xtf_get_domid() != 0 )
        expect_errno(size, -EPERM);
    else
        expect_range(size, 1, 64);
}

/* Verifies: XenSwdgn~error_copy_buffer~1 XenProd~hyp_err_ret_val~1 */
CASE("xen_version: buffer unmapped, or last byte of the buffer unmapped -> -EFAULT")
{
    static const struct
    {
        unsigned int cmd;
        size_t len;
    } commands[] = {
        { XENVER_extraversion, XEN_EXTRAVERSION_LEN },
        { XENVER_compile_info, sizeof(struct xen_compile_info) },
        { XENVER_capabilities, XEN_CAPABILITIES_INFO_LEN },
        { XENVER_changeset, XEN_CHANGESET_INFO_LEN },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(commands); ++i )
    {
        expect_errno(hypercall_xen_version(commands[i].cmd, unmapped_page()),
                     -EFAULT);
        expect_errno(hypercall_xen_version(
                         commands[i].cmd,
                         unmapped_after(commands[i].len - 1)), -EFAULT);
    }
}
