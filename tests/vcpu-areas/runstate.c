/*
 * VCPUOP_register_runstate_memory_area and VCPUOP_register_runstate_phys_area.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "areas.h"

#define SIZE  sizeof(vcpu_runstate_info_t)

/* Where runstates go after a case: there is no way to have none by address. */
static vcpu_runstate_info_t unused_area;

static long by_address(unsigned int vcpu, void *va)
{
    struct vcpu_register_runstate_memory_area area = { .addr.v = va };

    return hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, vcpu,
                             &area);
}

static long by_paddr(unsigned int vcpu, uint64_t paddr)
{
    struct vcpu_register_runstate_memory_area area = { .addr.p = paddr };

    return hypercall_vcpu_op(VCPUOP_register_runstate_phys_area, vcpu, &area);
}

static uint64_t paddr_of(const void *va)
{
    return ((uint64_t)virt_to_gfn(va) << PAGE_SHIFT) |
        (_u(va) & (PAGE_SIZE - 1));
}

static void elsewhere(void *arg)
{
    hypercall_vm_assist(VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag);
    by_address(0, &unused_area);
    by_paddr(0, ~0ull);
}

/* No area of this vCPU is in the two pages, and then one at @p offset. */
static uint8_t *fresh(unsigned int offset)
{
    by_address(0, &unused_area);
    by_paddr(0, ~0ull);

    return fresh_area(offset);
}

/*
 * How long to sleep: many times what it takes to block and to wake up, which
 * is 40 ms where an emulator counts a microsecond an instruction.
 */
static uint64_t sleep_ns(void)
{
    static uint64_t ns;

    if ( !ns )
    {
        const uint64_t start = time_now();

        time_sleep(1);
        ns = MILLISECONDS(10) + 8 * (time_now() - start);
    }

    return ns;
}

/* The area may not be aligned to a uint64_t: copy it. */
static vcpu_runstate_info_t read_area(const uint8_t *area)
{
    vcpu_runstate_info_t info;

    barrier();
    memcpy(&info, area, sizeof(info));
    barrier();

    return info;
}

static uint64_t all_times(const vcpu_runstate_info_t *info)
{
    return info->time[0] + info->time[1] + info->time[2] + info->time[3];
}

static uint64_t not_running(const vcpu_runstate_info_t *info)
{
    return all_times(info) - info->time[RUNSTATE_running];
}

/* The area at @p offset, which this vCPU has just registered, is kept up. */
static bool kept_up(unsigned int offset)
{
    const uint8_t *area = pages + offset;
    vcpu_runstate_info_t before = read_area(area), after, got, again;
    unsigned int i, tries;
    bool ok = true;

    ok &= expect_msg(before.state == RUNSTATE_running,
                     "offset %#x, as registered: state is %d, expected "
                     "RUNSTATE_running", offset, before.state);

    for ( i = 0; ok && i < 3; ++i, before = after )
    {
        const uint64_t start = time_now();
        uint64_t slept;

        /*
         * Where time leaps, a deadline may be over before the vCPU blocks:
         * sleep longer then.
         */
        for ( tries = 0; tries < 6; ++tries )
        {
            time_sleep(sleep_ns() << tries);
            after = read_area(area);
            if ( not_running(&after) - not_running(&before) >= sleep_ns() / 2 )
                break;
        }
        slept = time_now() - start;

        ok &= expect_msg(after.state == RUNSTATE_running,
                         "offset %#x: state is %d, expected RUNSTATE_running",
                         offset, after.state);
        ok &= expect_msg(!(after.state_entry_time & XEN_RUNSTATE_UPDATE),
                         "offset %#x: XEN_RUNSTATE_UPDATE is set in "
                         "state_entry_time after the update", offset);
        ok &= expect_msg(not_running(&after) - not_running(&before) >=
                         sleep_ns() / 2,
                         "offset %#x: blocked, runnable and offline grew by "
                         "%lld ns in a sleep of %llu ns", offset,
                         (long long)(not_running(&after) -
                                     not_running(&before)),
                         (unsigned long long)slept);
        /* Time is counted up to state_entry_time, and all of it. */
        ok &= expect_msg(all_times(&after) - all_times(&before) ==
                         after.state_entry_time - before.state_entry_time,
                         "offset %#x: the four times grew by %lld ns, "
                         "state_entry_time by %lld ns", offset,
                         (long long)(all_times(&after) - all_times(&before)),
                         (long long)(after.state_entry_time -
                                     before.state_entry_time));
    }

    /* Unless it was scheduled in between, Xen's own copy says the same. */
    before = read_area(area);
    if ( expect_ok(hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, &got)) )
    {
        again = read_area(area);
        if ( before.state_entry_time == again.state_entry_time )
            ok &= expect_msg(got.state_entry_time == before.state_entry_time &&
                             not_running(&got) == not_running(&before) &&
                             got.time[RUNSTATE_running] >=
                             before.time[RUNSTATE_running],
                             "offset %#x: the area differs from "
                             "VCPUOP_get_runstate_info", offset);
    }

    return ok & expect_only(offset, SIZE);
}

static void at_every_offset(void)
{
    unsigned int i, offset;

    xtf_case_cleanup(elsewhere, NULL);

    for ( i = 0; area_offset(i, SIZE, &offset); ++i )
    {
        uint8_t *area = fresh(offset);

        require_ok(by_address(0, area));
        if ( !kept_up(offset) )
            return;
    }
}

CASE("register_runstate_memory_area: each aligned offset at a page boundary -> kept up to date")
{
    at_every_offset();
}

CASE("register_runstate_memory_area: VMASST_TYPE_runstate_update_flag -> flag clear after updates")
{
    require_ok(hypercall_vm_assist(VMASST_CMD_enable,
                                   VMASST_TYPE_runstate_update_flag));
    at_every_offset();
}

CASE("register_runstate_memory_area: address is not aligned -> kept up to date")
{
    unsigned int offset;

    xtf_case_cleanup(elsewhere, NULL);

    for ( offset = PAGE_SIZE - 3; offset < PAGE_SIZE; ++offset )
    {
        require_ok(by_address(0, fresh(offset)));
        if ( !kept_up(offset) )
            return;
    }
}

CASE("register_runstate_memory_area: another area -> former area not written")
{
    xtf_case_cleanup(elsewhere, NULL);

    require_ok(by_address(0, fresh(64)));
    require_ok(by_address(0, pages + PAGE_SIZE));
    memset(pages, UNUSED, PAGE_SIZE);
    time_sleep(sleep_ns());

    expect_only(PAGE_SIZE, SIZE);
    expect_eq(read_area(pages + PAGE_SIZE).state, RUNSTATE_running);
}

CASE("register_runstate_memory_area: unreadable argument -> -EFAULT, former area kept up to date")
{
    xtf_case_cleanup(elsewhere, NULL);

    require_ok(by_address(0, fresh(64)));
    expect_errno(hypercall_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
                                   UNMAPPED_POINTER), -EFAULT);
    kept_up(64);
}

CASE("register_runstate_memory_area: vCPU is down -> RUNSTATE_offline")
{
    vcpu_runstate_info_t info;

    if ( smp_nr_vcpus() < 2 )
        skip_case("the domain has fewer than 2 vCPUs");

    require_ok(by_address(1, fresh_area(PAGE_SIZE - 16)));
    info = read_area(pages + PAGE_SIZE - 16);
    expect_eq(info.state, RUNSTATE_offline);
    expect_only(PAGE_SIZE - 16, SIZE);
    expect_ok(by_address(1, &unused_area));
}

CASE("register_runstate_memory_area, get_runstate_info: no such vCPU -> -ENOENT")
{
    vcpu_runstate_info_t info;

    expect_errno(by_address(smp_nr_vcpus(), fresh(0)), -ENOENT);
    memset(&info, UNUSED, sizeof(info));
    expect_errno(hypercall_vcpu_op(VCPUOP_get_runstate_info, smp_nr_vcpus(),
                                   &info), -ENOENT);
    expect_fill(&info, UNUSED, sizeof(info));
    expect_only(0, 0);
}

/*
 * By physical address.
 */

#define need_phys()                                                     \
    if ( !has_feature(XENFEAT_runstate_phys_area) )                     \
        skip_case("VCPUOP_register_runstate_phys_area needs Xen 4.18")

CASE("register_runstate_phys_area: XENFEAT_runstate_phys_area is clear -> -ENOSYS")
{
    if ( has_feature(XENFEAT_runstate_phys_area) )
        skip_case("the feature is there");

    expect_errno(by_paddr(0, paddr_of(fresh(0))), -ENOSYS);
    time_sleep(sleep_ns());
    expect_only(0, 0);
}

CASE("register_runstate_phys_area: each aligned offset within a page -> kept up to date")
{
    unsigned int i, offset;

    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    for ( i = 0; area_offset(i, SIZE, &offset); ++i )
    {
        if ( crosses(offset, SIZE) )
            continue;
        require_ok(by_paddr(0, paddr_of(fresh(offset))));
        if ( !kept_up(offset) )
            return;
    }
}

CASE("register_runstate_phys_area: area crosses a page boundary -> -ENXIO")
{
    unsigned int offset;

    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    for ( offset = PAGE_SIZE - SIZE + ALIGNMENT; offset < PAGE_SIZE;
          offset += ALIGNMENT )
        expect_msg(by_paddr(0, paddr_of(fresh(offset))) == -ENXIO,
                   "offset %#x is not refused with -ENXIO", offset);
    time_sleep(sleep_ns());
    expect_only(0, 0);
}

CASE("register_runstate_phys_area: address is not aligned -> -ENXIO")
{
    unsigned int offset;

    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    for ( offset = 1; offset < ALIGNMENT; ++offset )
        expect_errno(by_paddr(0, paddr_of(fresh(64 + offset))), -ENXIO);
    time_sleep(sleep_ns());
    expect_only(0, 0);
}

CASE("register_runstate_phys_area: invalid address -> error, former area kept up to date")
{
    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    require_ok(by_paddr(0, paddr_of(fresh(64))));
    expect_errno(by_paddr(0, paddr_of(pages + 1)), -ENXIO);
    expect_true(by_paddr(0, ~0ull >> 8 & ~7ull) < 0);
    kept_up(64);
}

CASE("register_runstate_phys_area: ~0 -> area by virtual address kept up to date again")
{
    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    require_ok(by_address(0, fresh(PAGE_SIZE - 16)));
    require_ok(by_paddr(0, paddr_of(pages + 64)));
    memset(pages, UNUSED, sizeof(pages));
    time_sleep(sleep_ns());
    expect_only(64, SIZE);

    require_ok(by_paddr(0, ~0ull));
    memset(pages, UNUSED, sizeof(pages));
    time_sleep(sleep_ns());
    expect_only(PAGE_SIZE - 16, SIZE);
    expect_eq(read_area(pages + PAGE_SIZE - 16).state, RUNSTATE_running);
}

CASE("register_runstate_phys_area: another area -> former area not written")
{
    need_phys();
    xtf_case_cleanup(elsewhere, NULL);

    require_ok(by_paddr(0, paddr_of(fresh(64))));
    require_ok(by_paddr(0, paddr_of(pages + 512)));
    memset(pages, UNUSED, sizeof(pages));
    time_sleep(sleep_ns());
    expect_only(512, SIZE);
}
