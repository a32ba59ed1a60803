/*
 * The image of a role: an ELF file of either width, with Xen's notes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/elf.h>
#include <xtf/lib.h>
#include <xtf/libc.h>

#include <arch/page.h>

#include <xen/elfnote.h>
#include <xen/errno.h>

#include "conductor.h"

/* A program header of either width. */
struct segment
{
    uint32_t type;
    uint64_t offset, addr, filesz, memsz;
};

static bool is_wide(const void *file)
{
    return ((const Elf32_Ehdr *)file)->e_ident[EI_CLASS] == ELFCLASS64;
}

static unsigned int nr_segments(const void *file)
{
    return is_wide(file) ? ((const Elf64_Ehdr *)file)->e_phnum
                         : ((const Elf32_Ehdr *)file)->e_phnum;
}

static struct segment segment(const void *file, unsigned int i)
{
    if ( is_wide(file) )
    {
        const Elf64_Phdr *p = file + ((const Elf64_Ehdr *)file)->e_phoff;

        return (struct segment){
            p[i].p_type, p[i].p_offset, p[i].p_paddr, p[i].p_filesz,
            p[i].p_memsz,
        };
    }
    else
    {
        const Elf32_Phdr *p = file + ((const Elf32_Ehdr *)file)->e_phoff;

        return (struct segment){
            p[i].p_type, p[i].p_offset, p[i].p_paddr, p[i].p_filesz,
            p[i].p_memsz,
        };
    }
}

static uint64_t number(const void *at, uint32_t len)
{
    uint64_t value = 0;

    memcpy(&value, at, min(len, (uint32_t)sizeof(value)));

    return value;
}

static void read_notes(struct image *image, const struct segment *s)
{
    const void *at = image->file + s->offset, *end = at + s->filesz;

    while ( at + sizeof(Elf32_Nhdr) <= end )
    {
        const Elf32_Nhdr *note = at;
        const char *name = at + sizeof(*note);
        const void *desc = name + ROUNDUP(note->n_namesz, 4);

        at = desc + ROUNDUP(note->n_descsz, 4);
        if ( at > end || note->n_namesz != 4 || memcmp(name, "Xen", 4) )
            continue;

        switch ( note->n_type )
        {
        case XEN_ELFNOTE_PHYS32_ENTRY:
            image->pvh = true;
            image->entry = number(desc, note->n_descsz);
            break;

        case XEN_ELFNOTE_ENTRY:
            image->entry = number(desc, note->n_descsz);
            break;

        case XEN_ELFNOTE_HYPERCALL_PAGE:
            image->hypercall_page = number(desc, note->n_descsz);
            break;
        }
    }
}

const char *image_read(struct image *image, const void *file, uint32_t size)
{
    unsigned int i;

    *image = (struct image){ .file = file, .size = size };

    if ( size < sizeof(Elf64_Ehdr) || memcmp(file, ELFMAG, SELFMAG) )
        return "not an ELF file";

    image->wide = is_wide(file);
    for ( i = 0; i < nr_segments(file); ++i )
    {
        const struct segment s = segment(file, i);

        if ( s.offset + s.filesz > size )
            return "an ELF file that is cut off";
        if ( s.type == PT_LOAD )
            image->end = max(image->end, s.addr + s.memsz);
        else if ( s.type == PT_NOTE )
            read_notes(image, &s);
    }

    return image->entry ? NULL : "an ELF file without an entry in Xen's notes";
}

int image_load(struct role *role)
{
    const struct image *image = &role->image;
    unsigned int i;

    if ( image->end >> PAGE_SHIFT >= role->plan->pages )
        return -ENOMEM;

    for ( i = 0; i < nr_segments(image->file); ++i )
    {
        const struct segment s = segment(image->file, i);

        if ( s.type != PT_LOAD )
            continue;

        memory_clear(role, s.addr >> PAGE_SHIFT,
                     ((s.addr + s.memsz + PAGE_SIZE - 1) >> PAGE_SHIFT) -
                     (s.addr >> PAGE_SHIFT));
        memory_write(role, s.addr, image->file + s.offset, s.filesz);
    }

    return 0;
}
