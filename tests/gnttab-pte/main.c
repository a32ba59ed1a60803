/**
 * @file tests/gnttab-pte/main.c
 * @ref test-gnttab-pte
 *
 * @page test-gnttab-pte Grant tables: a mapped grant's page table entry
 *
 * What a PV guest does to the page table entry of a mapped grant by other means
 * than the grant table: clears it, replaces it, makes it read-only, or moves it.
 * Xen has to let go of the page all the same, and the entry stays in use until
 * the grant is unmapped by its handle.  A debug Xen says that the kernel is
 * wrong by #GP at the end of the hypercall.  It must not be the end of the
 * domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf.h>
#include <xtf/harness/gnttab_case.h>

#include <arch/idt.h>

const char test_title[] = "Grant tables: a mapped grant's page table entry";

static unsigned int nr_gp;
static bool expecting;

bool do_unhandled_exception(struct cpu_regs *regs)
{
    if ( !expecting || regs->entry_vector != X86_EXC_GP || regs->error_code )
        return false;

    nr_gp++;

    return true;
}

static const intpte_t *entry_of(const void *at)
{
    return pv_pte(at, 1);
}

/* Write to an entry by mmu_update(), which may be an implicit unmap. */
static long write_entry(const void *at, intpte_t val, unsigned int type)
{
    mmu_update_t op = {
        .ptr = virt_to_maddr(entry_of(at)) | type, .val = val,
    };
    long rc;

    nr_gp = 0;
    expecting = true;
    rc = hypercall_mmu_update(&op, 1, NULL, DOMID_SELF);
    expecting = false;

    return rc;
}

static long write_va(const void *at, intpte_t val)
{
    long rc;

    nr_gp = 0;
    expecting = true;
    rc = hypercall_update_va_mapping(_u(at), val, UVMF_INVLPG | UVMF_LOCAL);
    expecting = false;

    return rc;
}

/* The domain was told at most once, and the entry is in use as before. */
static void expect_told_once(grant_ref_t ref, unsigned int use)
{
    expect_msg(nr_gp <= 1, "%u exceptions for one implicit unmap", nr_gp);
    expect_hex(gnttab_in_use(ref), use);
}

/* Put back what the grant's unmapping looks for, and unmap. */
static void repair_and_undo(const struct gnttab_map_grant_ref *map,
                            grant_ref_t ref, const void *at, const void *va)
{
    unsigned int flags = map->flags & GNTMAP_readonly ? PF_SYM(AD, P)
                                                      : PF_SYM(AD, RW, P);

    expect_ok(write_va(at, pte_from_virt(va, flags)));
    expect_eq(nr_gp, 0);
    expect_gntst(gnt_undo(map), GNTST_okay);
    expect_hex(*entry_of(at), 0);
    expect_hex(gnttab_in_use(ref), 0);
}

static void overwrite(uint32_t access, bool by_va)
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    unsigned int use = access ? GTF_reading : GTF_reading | GTF_writing;
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | access, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_ok(by_va ? write_va(at, 0)
                    : write_entry(at, 0, MMU_NORMAL_PT_UPDATE));
    expect_told_once(ref, use);
    expect_hex(*entry_of(at), 0);
    expect_exception(gnt_probe_read(at), EXINFO_SYM(PF, 0));

    /* No mapping is there for the grant table to undo. */
    expect_gntst(gnt_undo(&map), GNTST_general_error);
    expect_hex(gnttab_in_use(ref), use);
    repair_and_undo(&map, ref, at, gnt_page[0]);
}

GNTTAB_CASE("mmu_update: PTE of a writable mapping cleared -> grant stays in use")
{
    overwrite(0, false);
}

GNTTAB_CASE("mmu_update: PTE of a read-only mapping cleared -> grant stays in use")
{
    overwrite(GNTMAP_readonly, false);
}

GNTTAB_CASE("update_va_mapping: PTE of a writable mapping cleared -> grant stays in use")
{
    overwrite(0, true);
}

GNTTAB_CASE("update_va_mapping: PTE of a read-only mapping cleared -> grant stays in use")
{
    overwrite(GNTMAP_readonly, true);
}

GNTTAB_CASE("update_va_mapping: PTE of a mapping names another page -> not unmapped by the handle")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_ok(write_va(at, pte_from_virt(gnt_page[1], PF_SYM(AD, RW, P))));
    expect_told_once(ref, GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(1), PAGE_SIZE);

    /* What is there now is not what the grant mapped. */
    expect_gntst(gnt_undo(&map), GNTST_general_error);
    expect_mem(at, gnt_pattern(1), PAGE_SIZE);
    repair_and_undo(&map, ref, at, gnt_page[0]);
    expect_true(gnt_unreferenced(gnt_page[1]));
}

GNTTAB_CASE("update_va_mapping: PTE of a mapping rewritten unchanged -> unmapped by the handle")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_ok(write_va(at, pte_from_virt(gnt_page[0], PF_SYM(AD, RW, P))));
    expect_told_once(ref, GTF_reading | GTF_writing);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);
    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}

GNTTAB_CASE("update_va_mapping: PTE of a read-only mapping cleared -> page can be a page table")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map =
        gnt_map_op(ref, GNTMAP_host_map | GNTMAP_readonly, at);

    /* A read-only mapping holds the page, but not its type. */
    require_gntst(gnt_map(&map), GNTST_okay);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
    expect_ok(write_va(at, 0));
    expect_told_once(ref, GTF_reading);
    expect_true(gnt_can_be_pagetable(gnt_page[0]));
    repair_and_undo(&map, ref, at, gnt_page[0]);
}

GNTTAB_CASE("update_va_mapping: granted frame mapped elsewhere -> independent of the grant")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at(), *other = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_ok(write_va(other, pte_from_virt(gnt_page[0], PF_SYM(AD, RW, P))));
    expect_eq(nr_gp, 0);
    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
    expect_mem(other, gnt_pattern(0), PAGE_SIZE);
    expect_ok(write_va(other, 0));
    expect_eq(nr_gp, 0);
}

GNTTAB_CASE("mmu_update: MMU_PT_UPDATE_PRESERVE_AD on a mapping's PTE -> unmapped by the handle")
{
    grant_ref_t ref = gnt_grant(gnt_page[0], 0);
    uint8_t *at = gnt_at();
    struct gnttab_map_grant_ref map = gnt_map_op(ref, GNTMAP_host_map, at);

    require_gntst(gnt_map(&map), GNTST_okay);
    expect_ok(write_entry(at, pte_from_virt(gnt_page[0],
                                            PF_SYM(A, RW, P)),
                          MMU_PT_UPDATE_PRESERVE_AD));
    expect_msg(nr_gp <= 1, "%u exceptions", nr_gp);
    expect_mem(at, gnt_pattern(0), PAGE_SIZE);
    expect_hex(gnttab_in_use(ref), GTF_reading | GTF_writing);
    expect_gntst(gnt_undo(&map), GNTST_okay);
    expect_hex(gnttab_in_use(ref), 0);
}
