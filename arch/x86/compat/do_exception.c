/*
 * do_exception(), for tests of XTF with a 32-bit entry point of their own.
 *
 * Such a test saves the registers in an order that XTF lays down, and passes
 * their address in %eax.  Nothing else uses this file.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <arch/lib.h>
#include <arch/traps.h>

#ifdef CONFIG_32BIT

/* As pushed, the last one first. */
struct xtf_frame
{
    uint32_t bp, bx, ax, cx, dx, si, di;
    uint32_t ds, es;
    uint32_t entry_vector, error_code;

    /* Of the processor.  The entry point of a task has other words here. */
    uint32_t ip, cs, flags, sp, ss;
};

void __attribute__((__regparm__(1))) do_exception(struct xtf_frame *f);

void __attribute__((__regparm__(1))) do_exception(struct xtf_frame *f)
{
    struct cpu_regs regs = {
        .gs = read_gs(), .fs = read_fs(), .es = f->es, .ds = f->ds,
        .bx = f->bx, .cx = f->cx, .dx = f->dx, .si = f->si, .di = f->di,
        .bp = f->bp, .ax = f->ax,
        .entry_vector = f->entry_vector, .error_code = f->error_code,
        .ip = f->ip, .cs_word = f->cs, .flags = f->flags,
        .sp = f->sp, .ss_word = f->ss,
    };

    handle_exception(&regs);

    f->bx = regs.bx;
    f->cx = regs.cx;
    f->dx = regs.dx;
    f->si = regs.si;
    f->di = regs.di;
    f->bp = regs.bp;
    f->ax = regs.ax;
    f->ip = regs.ip;
    f->cs = regs.cs_word;
    f->flags = regs.flags;
    f->sp = regs.sp;
    f->ss = regs.ss_word;
}

#endif
