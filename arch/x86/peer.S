/*
 * What a peer runs, in 32-bit mode without paging: take the requests from the
 * mailbox, make the hypercalls or move memory, over and over if it is told to,
 * say that it is done, and stop.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/asm_macros.h>

#include <arch/peer.h>

#include <xen/sched.h>
#include <xen/xen.h>

/* The leaf that tells could be elsewhere only with Hyper-V's interface on. */
#define MSR_HYPERCALL_PAGE 0x40000000

    .section .rodata.peer, "a", @progbits
    .code32
    .balign 16
GLOBAL(peer_code)
    mov $PEER_MAILBOX + PAGE_SIZE, %esp
    mov $MSR_HYPERCALL_PAGE, %ecx
    mov $PEER_HYPERCALLS, %eax
    xor %edx, %edx
    wrmsr

.Lcarry_out:
    mov $PEER_MAILBOX + PEER_MAIL_LIST, %ebp

.Lrequest:
    push %ebp
    mov PEER_REQ_CALL(%ebp), %eax
    mov PEER_REQ_ARGS + 0(%ebp), %ebx
    mov PEER_REQ_ARGS + 4(%ebp), %ecx
    mov PEER_REQ_ARGS + 8(%ebp), %edx
    mov PEER_REQ_ARGS + 12(%ebp), %esi
    mov PEER_REQ_ARGS + 16(%ebp), %edi
    cmp $PEER_CALL_MOVE, %eax
    je .Lmove

    shl $5, %eax
    add $PEER_HYPERCALLS, %eax
    call *%eax

.Ldone:
    pop %ebp
    mov %eax, PEER_REQ_RESULT(%ebp)
    add $PEER_REQ_SIZE, %ebp
    cmp PEER_MAILBOX + PEER_MAIL_END, %ebp
    jb .Lrequest

    incl PEER_MAILBOX + PEER_MAIL_ROUNDS
    cmpl $0, PEER_MAILBOX + PEER_MAIL_REPEAT
    jne .Lcarry_out

    mov PEER_MAILBOX + PEER_MAIL_REQUEST, %eax
    mov %eax, PEER_MAILBOX + PEER_MAIL_DONE

    /* Until the test resumes the domain. */
    mov $PEER_HYPERCALLS + __HYPERVISOR_sched_op * 32, %eax
    mov $SCHEDOP_shutdown, %ebx
    mov $PEER_MAILBOX + PEER_MAIL_REASON, %ecx
    call *%eax
    jmp .Lcarry_out

    /* Byte by byte: what is read-only is emulated, and ignored. */
.Lmove:
    mov (%esi), %al
    mov %al, (%edi)
    inc %esi
    inc %edi
    dec %ecx
    jnz .Lmove
    xor %eax, %eax
    jmp .Ldone
GLOBAL(peer_code_end)
SIZE(peer_code)
