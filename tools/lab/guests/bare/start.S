/*
 * Where Xen starts a PVH guest: 32-bit protected mode, flat segments, paging and interrupts off, and so it stays.
 * ebx holds the physical address of the start info.
 */
#include <xen/elfnote.h>

    .section .note.Xen, "a", @note
    .align 4
    .long 4            /* length of the name */
    .long 4            /* length of the value */
    .long XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long start

    .section .text.start, "ax"
    .globl start
start:
    cld
    mov $stack_top, %esp
    xor %ebp, %ebp
    push %ebx
    call run
1:  hlt
    jmp 1b

    .bss
    .align 16
    .skip 16384
stack_top:

    .globl hypercall_page
    .align 4096
hypercall_page:
    .skip 4096

    .section .note.GNU-stack, "", @progbits
