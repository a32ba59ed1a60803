/*
 * ELF: the parts of the format that tests of XTF look at.  Constants are usable
 * in assembly.
 *
 * Names and layouts are those of the System V ABI.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_ELF_H
#define XTF_ELF_H

/* e_ident. */
#define EI_MAG0         0
#define EI_MAG1         1
#define EI_MAG2         2
#define EI_MAG3         3
#define EI_CLASS        4
#define EI_DATA         5
#define EI_VERSION      6
#define EI_OSABI        7
#define EI_ABIVERSION   8
#define EI_NIDENT       16

#define ELFMAG0         0x7f
#define ELFMAG1         0x45 /* E */
#define ELFMAG2         0x4c /* L */
#define ELFMAG3         0x46 /* F */
#define ELFMAG          "\177ELF"
#define SELFMAG         4

#define ELFCLASSNONE    0
#define ELFCLASS32      1
#define ELFCLASS64      2

#define ELFDATANONE     0
#define ELFDATA2LSB     1
#define ELFDATA2MSB     2

#define EV_NONE         0
#define EV_CURRENT      1

/* e_type, e_machine. */
#define ET_NONE         0
#define ET_REL          1
#define ET_EXEC         2
#define ET_DYN          3
#define ET_CORE         4

#define EM_NONE         0
#define EM_386          3
#define EM_ARM          40
#define EM_X86_64       62
#define EM_AARCH64      183

/* p_type, p_flags. */
#define PT_NULL         0
#define PT_LOAD         1
#define PT_DYNAMIC      2
#define PT_INTERP       3
#define PT_NOTE         4
#define PT_SHLIB        5
#define PT_PHDR         6

#define PF_X            1
#define PF_W            2
#define PF_R            4

/* sh_type, sh_flags, special section indices. */
#define SHT_NULL        0
#define SHT_PROGBITS    1
#define SHT_SYMTAB      2
#define SHT_STRTAB      3
#define SHT_RELA        4
#define SHT_HASH        5
#define SHT_DYNAMIC     6
#define SHT_NOTE        7
#define SHT_NOBITS      8
#define SHT_REL         9
#define SHT_DYNSYM      11

#define SHF_WRITE       0x1
#define SHF_ALLOC       0x2
#define SHF_EXECINSTR   0x4

#define SHN_UNDEF       0
#define SHN_ABS         0xfff1
#define SHN_COMMON      0xfff2

/* st_info. */
#define STB_LOCAL       0
#define STB_GLOBAL      1
#define STB_WEAK        2

#define STT_NOTYPE      0
#define STT_OBJECT      1
#define STT_FUNC        2
#define STT_SECTION     3
#define STT_FILE        4

#ifndef __ASSEMBLY__

#include <stdint.h>

typedef uint32_t Elf32_Addr, Elf32_Off, Elf32_Word;
typedef uint16_t Elf32_Half;
typedef int32_t Elf32_Sword;

typedef uint64_t Elf64_Addr, Elf64_Off, Elf64_Xword;
typedef int64_t Elf64_Sxword;
typedef uint32_t Elf64_Word;
typedef int32_t Elf64_Sword;
typedef uint16_t Elf64_Half;

/* The file header differs only in the width of addresses and offsets. */
#define XTF_ELF_EHDR(class)             \
typedef struct                          \
{                                       \
    unsigned char e_ident[EI_NIDENT];   \
    class ## _Half e_type;              \
    class ## _Half e_machine;           \
    class ## _Word e_version;           \
    class ## _Addr e_entry;             \
    class ## _Off e_phoff;              \
    class ## _Off e_shoff;              \
    class ## _Word e_flags;             \
    class ## _Half e_ehsize;            \
    class ## _Half e_phentsize;         \
    class ## _Half e_phnum;             \
    class ## _Half e_shentsize;         \
    class ## _Half e_shnum;             \
    class ## _Half e_shstrndx;          \
} class ## _Ehdr

XTF_ELF_EHDR(Elf32);
XTF_ELF_EHDR(Elf64);

#undef XTF_ELF_EHDR

typedef struct
{
    Elf32_Word p_type;
    Elf32_Off p_offset;
    Elf32_Addr p_vaddr;
    Elf32_Addr p_paddr;
    Elf32_Word p_filesz;
    Elf32_Word p_memsz;
    Elf32_Word p_flags;
    Elf32_Word p_align;
} Elf32_Phdr;

typedef struct
{
    Elf64_Word p_type;
    Elf64_Word p_flags;
    Elf64_Off p_offset;
    Elf64_Addr p_vaddr;
    Elf64_Addr p_paddr;
    Elf64_Xword p_filesz;
    Elf64_Xword p_memsz;
    Elf64_Xword p_align;
} Elf64_Phdr;

typedef struct
{
    Elf32_Word sh_name;
    Elf32_Word sh_type;
    Elf32_Word sh_flags;
    Elf32_Addr sh_addr;
    Elf32_Off sh_offset;
    Elf32_Word sh_size;
    Elf32_Word sh_link;
    Elf32_Word sh_info;
    Elf32_Word sh_addralign;
    Elf32_Word sh_entsize;
} Elf32_Shdr;

typedef struct
{
    Elf64_Word sh_name;
    Elf64_Word sh_type;
    Elf64_Xword sh_flags;
    Elf64_Addr sh_addr;
    Elf64_Off sh_offset;
    Elf64_Xword sh_size;
    Elf64_Word sh_link;
    Elf64_Word sh_info;
    Elf64_Xword sh_addralign;
    Elf64_Xword sh_entsize;
} Elf64_Shdr;

/* A note: name and descriptor follow, each padded to four bytes. */
typedef struct
{
    Elf32_Word n_namesz;
    Elf32_Word n_descsz;
    Elf32_Word n_type;
} Elf32_Nhdr;

typedef Elf32_Nhdr Elf64_Nhdr;

#endif /* !__ASSEMBLY__ */

#endif /* XTF_ELF_H */
