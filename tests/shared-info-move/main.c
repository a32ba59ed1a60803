/**
 * @file tests/shared-info-move/main.c
 * @ref test-shared-info-move
 *
 * @page test-shared-info-move add_to_physmap: shared_info at another GFN
 *
 * An HVM guest chooses the frame of its shared info page, and a kernel that
 * follows another one (kexec, a boot loader) chooses anew.  It is one page all
 * the time: events and clocks that are in it go along, the former frame is
 * empty, and what is raised while it is in no frame is there later.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>

#include <arch/mm.h>

const char test_title[] = "add_to_physmap: shared_info at another GFN";

/* The frame it is moved to, as a page of RAM before and after. */
static uint8_t other_page[PAGE_SIZE] __page_aligned_bss;

/* The compiler must not know that these are different objects. */
static shared_info_t *at(void *va)
{
    asm ("" : "+r" (va));

    return va;
}

static long move_to(const void *va)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_shared_info,
        .gpfn = virt_to_gfn(va),
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

static long remove_from(const void *va)
{
    struct xen_remove_from_physmap op = {
        .domid = DOMID_SELF, .gpfn = virt_to_gfn(va),
    };

    return hypercall_memory_op(XENMEM_remove_from_physmap, &op);
}

/* Where this vCPU's clock is. */
static void use(shared_info_t *s)
{
    xtf_vcpu_info[0] = &s->vcpu_info[0];
}

/* Back where the runtime has it, with RAM in the other frame. */
static void put_back(void *arg)
{
    move_to(&shared_info);
    use(&shared_info);
    remove_from(other_page);
    page_populate(other_page);
    evtchn_start(EVTCHN_2L);
}

/* Two ports, of which a is pending. */
static bool two_ports(long *a, long *b)
{
    int rc = evtchn_start(EVTCHN_2L);

    if ( !xtf_expect(XTF_WHERE("evtchn_start()"), name_errno, rc, "", 0) )
        return false;
    *a = evtchn_bind_ipi(0);
    *b = evtchn_bind_ipi(0);
    if ( !expect_msg(*a > 0 && *b > 0, "EVTCHNOP_bind_ipi is %ld and %ld, "
                     "expected two ports", *a, *b) ||
         !expect_ok(hypercall_evtchn_send(*a)) )
        return false;
    xtf_case_cleanup(put_back, NULL);

    return true;
}

#define pending(s, port) (!!test_bit(port, (s)->evtchn_pending))
#define masked(s, port)  (!!test_bit(port, (s)->evtchn_mask))

CASE("add_to_physmap: shared_info to another GFN -> pending bits kept, former GFN unpopulated")
{
    shared_info_t *other = at(other_page);
    uint32_t wc_sec = shared_info.wc_sec;
    long a, b;

    XTF_REQUIRE(two_ports(&a, &b));
    clear_bit(b, shared_info.evtchn_mask);

    require_ok(move_to(other_page));
    use(other);
    expect_true(pending(other, a));
    expect_true(masked(other, a));
    expect_false(pending(other, b));
    expect_false(masked(other, b));
    expect_true(other->wc_sec - wc_sec < 2);
    expect_errno(remove_from(&shared_info), -ENOENT);
}

CASE("add_to_physmap: shared_info to another GFN and back -> events raised at the current GFN")
{
    shared_info_t *other = at(other_page);
    long a, b;

    XTF_REQUIRE(two_ports(&a, &b));

    require_ok(move_to(other_page));
    use(other);
    require_ok(hypercall_evtchn_send(b));
    expect_true(pending(other, a));
    expect_true(pending(other, b));
    clear_bit(a, other->evtchn_pending);

    require_ok(move_to(&shared_info));
    use(&shared_info);
    expect_false(pending(&shared_info, a));
    expect_true(pending(&shared_info, b));
    expect_errno(remove_from(other_page), -ENOENT);
    require_ok(hypercall_evtchn_send(a));
    expect_true(pending(&shared_info, a));
}

CASE("add_to_physmap: shared_info to another GFN -> evtchn_pending_sel set there")
{
    shared_info_t *other = at(other_page);
    vcpu_info_t *info = &other->vcpu_info[0];
    long a, b;

    XTF_REQUIRE(two_ports(&a, &b));

    require_ok(move_to(other_page));
    use(other);
    info->evtchn_pending_sel = 0;
    info->evtchn_upcall_pending = 0;
    require_ok(evtchn_unmask(b));
    require_ok(hypercall_evtchn_send(b));
    expect_eq(ACCESS_ONCE(info->evtchn_upcall_pending), 1);
    expect_hex(ACCESS_ONCE(info->evtchn_pending_sel),
               1ul << (b / BITS_PER_LONG));
}

CASE("add_to_physmap: shared_info to another GFN -> vcpu_info.time updated there")
{
    shared_info_t *other = at(other_page);
    uint64_t before, after, last;
    long a, b;

    XTF_REQUIRE(two_ports(&a, &b));

    before = time_now();
    require_ok(move_to(other_page));
    use(other);
    after = time_now();
    expect_msg(after >= before && after - before < SECONDS(10),
               "the time went from %llu to %llu ns",
               (unsigned long long)before, (unsigned long long)after);

    /* Xen corrects it about once a second. */
    last = time_info_snapshot(&other->vcpu_info[0].time).system_time;
    time_sleep(MILLISECONDS(2500));
    expect_msg(time_info_snapshot(&other->vcpu_info[0].time).system_time > last,
               "vcpu_info.time is still as of %llu ns after 2.5 s",
               (unsigned long long)last);
}

CASE("add_to_physmap: shared_info to the GFN already in use -> 0, pending bits kept")
{
    long a, b;

    XTF_REQUIRE(two_ports(&a, &b));

    require_ok(move_to(&shared_info));
    expect_true(pending(&shared_info, a));
    require_ok(hypercall_evtchn_send(b));
    expect_true(pending(&shared_info, b));
}

CASE("add_to_physmap: shared_info, idx is not 0 -> -EINVAL, GFN unchanged")
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info,
        .gpfn = virt_to_gfn(other_page),
    };
    static const unsigned long idx[] = { 1, 2, ~0ul };
    unsigned int i;
    long a, b;

    XTF_REQUIRE(two_ports(&a, &b));
    memset(other_page, 0x5a, sizeof(other_page));

    for ( i = 0; i < ARRAY_SIZE(idx); ++i )
    {
        op.idx = idx[i];
        expect_errno(hypercall_memory_op(XENMEM_add_to_physmap, &op), -EINVAL);
    }
    expect_fill(other_page, 0x5a, sizeof(other_page));
    expect_true(pending(&shared_info, a));
    require_ok(hypercall_evtchn_send(b));
    expect_true(pending(&shared_info, b));
}

CASE("remove_from_physmap: shared_info, added again after a send -> port pending")
{
    long a, b;

    XTF_REQUIRE(two_ports(&a, &b));

    require_ok(remove_from(&shared_info));
    expect_ok(hypercall_evtchn_send(b));
    expect_errno(remove_from(&shared_info), -ENOENT);
    require_ok(move_to(&shared_info));
    expect_true(pending(&shared_info, a));
    expect_true(pending(&shared_info, b));
}
