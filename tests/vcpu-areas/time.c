/*
 * VCPUOP_register_vcpu_time_memory_area and VCPUOP_register_vcpu_time_phys_area.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "areas.h"

#define SIZE sizeof(vcpu_time_info_t)

/* Xen corrects a processor's clock about once a second. */
#define TWO_CORRECTIONS MILLISECONDS(2500)

static vcpu_time_info_t unused_area;

static long by_address(void *va)
{
    struct vcpu_register_time_memory_area area = { .addr.v = va };

    return hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &area);
}

static long by_paddr(uint64_t paddr)
{
    struct vcpu_register_time_memory_area area = { .addr.p = paddr };

    return hypercall_vcpu_op(VCPUOP_register_vcpu_time_phys_area, 0, &area);
}

static uint64_t paddr_of(const void *va)
{
    return ((uint64_t)virt_to_gfn(va) << PAGE_SHIFT) |
        (_u(va) & (PAGE_SIZE - 1));
}

static void elsewhere(void *arg)
{
    by_address(&unused_area);
    by_paddr(~0ull);
}

/* No area is in the two pages, and then one at @p offset. */
static uint8_t *fresh(unsigned int offset)
{
    elsewhere(NULL);

    return fresh_area(offset);
}

static vcpu_time_info_t read_area(unsigned int offset)
{
    vcpu_time_info_t info;

    barrier();
    memcpy(&info, pages + offset, sizeof(info));
    barrier();

    return info;
}

/* The area tells this vCPU's time. */
static bool tells_time(unsigned int offset)
{
    vcpu_time_info_t info = read_area(offset);
    uint64_t before = time_now(), there, after;

    there = time_from_tsc(&info, rdtsc_ordered());
    after = time_now();

    return expect_msg(!(info.version & 1), "offset %#x: version %u is odd",
                      offset, info.version) &&
        expect_msg(info.tsc_to_system_mul, "offset %#x: no scale", offset) &&
        expect_msg(there + MILLISECONDS(1) >= before &&
                   there <= after + MILLISECONDS(1),
                   "offset %#x: the area's time is %llu ns, vcpu_info's %llu "
                   "to %llu ns", offset, (unsigned long long)there,
                   (unsigned long long)before, (unsigned long long)after) &&
        expect_only(offset, SIZE);
}

/* After some time, the area has what vcpu_info has. */
static bool kept_up(unsigned int offset)
{
    const vcpu_time_info_t first = read_area(offset);
    vcpu_time_info_t info, area;
    unsigned int tries = 0;

    time_sleep(TWO_CORRECTIONS);

    /* An update may come between the two. */
    do {
        info = time_info_snapshot(&this_vcpu_info()->time);
        area = read_area(offset);
    } while ( info.tsc_timestamp != area.tsc_timestamp && ++tries < 3 );

    return expect_msg(area.tsc_timestamp == info.tsc_timestamp &&
                      area.system_time == info.system_time &&
                      area.tsc_to_system_mul == info.tsc_to_system_mul &&
                      area.tsc_shift == info.tsc_shift &&
                      area.flags == info.flags,
                      "offset %#x: the area is as of %llu ns, vcpu_info as of "
                      "%llu ns", offset, (unsigned long long)area.system_time,
                      (unsigned long long)info.system_time) &&
        expect_msg(area.system_time >= first.system_time,
                   "offset %#x: the area's system_time went back", offset) &&
        tells_time(offset);
}

#define need_address(rc)                                                \
    if ( (rc) == -ENOSYS )                                              \
        skip_case("VCPUOP_register_vcpu_time_memory_area is not there for " \
                  "this guest")

CASE("register_vcpu_time_memory_area: each aligned offset at a page boundary -> kept up to date")
{
    unsigned int i, offset;

    xtf_case_cleanup(elsewhere, NULL);

    for ( i = 0; area_offset(i, SIZE, &offset); ++i )
    {
        long rc = by_address(fresh(offset));

        need_address(rc);
        require_ok(rc);
        if ( !tells_time(offset) )
            return;
        if ( offset % PAGE_SIZE == 0 || offset == PAGE_SIZE - 16 )
            XTF_REQUIRE(kept_up(offset));
    }
}

CASE("register_vcpu_time_memory_area: unreadable argument -> -EFAULT, former area kept up to date")
{
    long rc = by_address(fresh(64));

    need_address(rc);
    require_ok(rc);
    xtf_case_cleanup(elsewhere, NULL);

    expect_errno(hypercall_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
                                   UNMAPPED_POINTER), -EFAULT);
    kept_up(64);
}

#define need_phys()                                                     \
    if ( !has_feature(XENFEAT_vcpu_time_phys_area) )                    \
        skip_case("VCPUOP_register_vcpu_time_phys_area needs Xen 4.18")

CASE("register_vcpu_time_phys_area: XENFEAT_vcpu_time_phys_area is clear -> -ENOSYS")
{
    if ( has_feature(XENFEAT_vcpu_time_phys_area) )
        skip_case("the feature is there");

    expect_errno(by_paddr(paddr_of(fresh(0))), -ENOSYS);
    expect_only(0, 0);
}

CASE("register_vcpu_time_phys_area: each aligned offset within a page -> kept up to date")
{
    unsigned int i, offset;

    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    for ( i = 0; area_offset(i, SIZE, &offset); ++i )
    {
        if ( crosses(offset, SIZE) )
            continue;
        require_ok(by_paddr(paddr_of(fresh(offset))));
        if ( !tells_time(offset) )
            return;
        if ( offset == PAGE_SIZE - SIZE && !kept_up(offset) )
            return;
    }
}

CASE("register_vcpu_time_phys_area: area crosses a page boundary or is not aligned -> -ENXIO")
{
    unsigned int offset;

    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    for ( offset = PAGE_SIZE - SIZE + ALIGNMENT; offset < PAGE_SIZE;
          offset += ALIGNMENT )
        expect_msg(by_paddr(paddr_of(fresh(offset))) == -ENXIO,
                   "offset %#x is not refused with -ENXIO", offset);
    for ( offset = 1; offset < ALIGNMENT; ++offset )
        expect_errno(by_paddr(paddr_of(fresh(64 + offset))), -ENXIO);
    expect_only(0, 0);
}

CASE("register_vcpu_time_phys_area: ~0 -> former area not written")
{
    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    require_ok(by_paddr(paddr_of(fresh(64))));
    require_ok(by_paddr(~0ull));
    memset(pages, UNUSED, sizeof(pages));
    time_sleep(TWO_CORRECTIONS);
    expect_only(0, 0);
}
