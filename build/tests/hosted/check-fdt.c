/*
 * Check the reader of device trees: on a good tree, and that it stays within a
 * broken one.
 *
 * The tree ends where the page does, and nothing is behind it: to read on is to
 * die.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "check.h"

#include <arch/fdt.h>

#define PAGE      4096
#define NR_BROKEN 20000

/* The numbers of mmap() (32-bit: mmap2()) and munmap(), and the calls. */
static char *map_pages(unsigned int nr)
{
#ifdef __x86_64__
    register long r10 __asm__ ("r10") = 0x22; /* private, anonymous */
    register long r8 __asm__ ("r8") = -1;
    register long r9 __asm__ ("r9") = 0;
    long ret = 9;

    __asm__ volatile ("syscall" : "+a" (ret)
                      : "D" (0l), "S" (nr * (long)PAGE), "d" (3l), "r" (r10),
                        "r" (r8), "r" (r9) : "rcx", "r11", "memory");
#else
    long ret = 192;

    __asm__ volatile ("push %%ebp; xor %%ebp, %%ebp; int $0x80; pop %%ebp"
                      : "+a" (ret)
                      : "b" (0), "c" (nr * PAGE), "d" (3), "S" (0x22), "D" (-1)
                      : "memory");
#endif

    return (char *)ret;
}

static void unmap_page(char *page)
{
#ifdef __x86_64__
    long ret = 11;

    __asm__ volatile ("syscall" : "+a" (ret) : "D" (page), "S" ((long)PAGE)
                      : "rcx", "r11", "memory");
#else
    long ret = 91;

    __asm__ volatile ("int $0x80" : "+a" (ret) : "b" (page), "c" (PAGE)
                      : "memory");
#endif
}

/* A tree that is being written: the structure, and the strings. */
static unsigned char structure[1024], strings[256], good[PAGE];
static unsigned int nr_structure, nr_strings, nr_good;

static void put32(unsigned char *at, uint32_t val)
{
    for ( unsigned int i = 0; i < 4; i++ )
        at[i] = val >> (24 - i * 8);
}

static void put_cell(uint32_t val)
{
    put32(&structure[nr_structure], val);
    nr_structure += 4;
}

static void put_bytes(const void *data, unsigned int n)
{
    memcpy(&structure[nr_structure], data, n);
    nr_structure = (nr_structure + n + 3) & ~3u;
}

static void begin(const char *name)
{
    put_cell(1);
    put_bytes(name, strlen(name) + 1);
}

static void end(void)
{
    put_cell(2);
}

static void prop(const char *name, const void *data, unsigned int n)
{
    put_cell(3);
    put_cell(n);
    put_cell(nr_strings);
    put_bytes(data, n);
    memcpy(&strings[nr_strings], name, strlen(name) + 1);
    nr_strings += strlen(name) + 1;
}

static void prop_cells(const char *name, const uint32_t *cells, unsigned int n)
{
    unsigned char bytes[64];

    for ( unsigned int i = 0; i < n; i++ )
        put32(&bytes[i * 4], cells[i]);
    prop(name, bytes, n * 4);
}

#define CELLS(name, ...) do {                                           \
    const uint32_t cells_[] = { __VA_ARGS__ };                          \
                                                                        \
    prop_cells(name, cells_, ARRAY_SIZE(cells_));                       \
} while ( 0 )

static void write_tree(void)
{
    begin("");
    CELLS("#address-cells", 2);
    CELLS("#size-cells", 1);
    begin("chosen");
    prop("bootargs", "one two", 8);
    end();
    put_cell(4);
    begin("bus");
    CELLS("#address-cells", 1);
    CELLS("#size-cells", 2);
    begin("device@100");
    prop("compatible", "maker,new\0maker,old", 20);
    CELLS("reg", 0x100, 1, 2, 0x300, 3, 4);
    end();
    end();
    begin("memory@40000000");
    CELLS("reg", 1, 0x40000000, 0x8000000);
    end();
    end();
    put_cell(9);

    nr_good = 40 + 16 + nr_structure + nr_strings;
    put32(&good[0], 0xd00dfeed);
    put32(&good[4], nr_good);
    put32(&good[8], 56);
    put32(&good[12], 56 + nr_structure);
    put32(&good[16], 40);
    put32(&good[20], 17);
    put32(&good[24], 16);
    put32(&good[32], nr_strings);
    put32(&good[36], nr_structure);
    memcpy(&good[56], structure, nr_structure);
    memcpy(&good[56 + nr_structure], strings, nr_strings);
}

static void check_good(void)
{
    struct fdt fdt;
    uint64_t addr = 0, size = 0;
    uint32_t len = 0, cell = 0;
    int node, depth = -1;
    const char *line;

    CHECK(fdt_size(good) == nr_good && fdt_open(&fdt, good, nr_good), nr_good);
    CHECK(!fdt_open(&fdt, good, nr_good - 1), 0);
    CHECK(fdt_open(&fdt, good, nr_good), 0);

    node = fdt_next_node(&fdt, -1, &depth);
    CHECK(depth == 0 && !strcmp(fdt_name(&fdt, node), ""), depth);
    CHECK(fdt_parent(&fdt, node) == -1, 0);
    node = fdt_next_node(&fdt, node, &depth);
    CHECK(depth == 1 && !strcmp(fdt_name(&fdt, node), "chosen"), depth);

    line = fdt_prop(&fdt, fdt_child_of_root(&fdt, "chosen"), "bootargs", &len);
    CHECK(line && len == 8 && !strcmp(line, "one two"), len);
    CHECK(!fdt_prop(&fdt, node, "bootarg", &len), 0);
    CHECK(fdt_child_of_root(&fdt, "device@100") == -1, 0);

    node = fdt_next_compatible(&fdt, -1, "maker,old");
    CHECK(node >= 0 && !strcmp(fdt_name(&fdt, node), "device@100"), node);
    CHECK(node == fdt_next_compatible(&fdt, -1, "maker,new"), node);
    CHECK(fdt_next_compatible(&fdt, node, "maker,new") == -1, node);
    CHECK(fdt_next_compatible(&fdt, -1, "maker") == -1, node);
    CHECK(!strcmp(fdt_name(&fdt, fdt_parent(&fdt, node)), "bus"), node);
    CHECK(fdt_reg(&fdt, node, 0, &addr, &size) && addr == 0x100 &&
          size == 0x100000002, size);
    CHECK(fdt_reg(&fdt, node, 1, &addr, &size) && addr == 0x300 &&
          size == 0x300000004, size);
    CHECK(!fdt_reg(&fdt, node, 2, &addr, &size), 0);
    CHECK(fdt_prop_cell(&fdt, node, "reg", 5, &cell) && cell == 4, cell);
    CHECK(!fdt_prop_cell(&fdt, node, "reg", 6, &cell), 0);

    node = fdt_child_of_root(&fdt, "memory@40000000");
    CHECK(fdt_reg(&fdt, node, 0, &addr, &size) && addr == 0x140000000 &&
          size == 0x8000000, addr);
    CHECK(fdt_next_node(&fdt, node, NULL) == -1, 0);
}

/* Ask for everything; the answers do not matter, but that they come. */
static unsigned int visit(const struct fdt *fdt)
{
    unsigned int nr = 0;
    int node = -1, depth = -1;

    while ( (node = fdt_next_node(fdt, node, &depth)) >= 0 )
    {
        uint64_t addr, size;
        uint32_t len, cell;

        nr += strlen(fdt_name(fdt, node)) + 1;
        nr += fdt_prop(fdt, node, "reg", &len) ? 1 : 0;
        nr += fdt_prop_has_string(fdt, node, "compatible", "maker,old");
        nr += fdt_prop_cell(fdt, node, "reg", 1, &cell);
        nr += fdt_reg(fdt, node, 1, &addr, &size);
        nr += fdt_parent(fdt, node) >= 0;
    }

    return nr + (fdt_child_of_root(fdt, "chosen") >= 0) +
        (fdt_next_compatible(fdt, -1, "maker,none") >= 0);
}

static void check_broken(void)
{
    char *pages = map_pages(2);
    unsigned int opened = 0;

    unmap_page(pages + PAGE);

    for ( unsigned int i = 0; i < NR_BROKEN; i++ )
    {
        unsigned int size = nr_good - (i % 8 ? 0 : rnd(nr_good));
        unsigned char *tree = (unsigned char *)pages + PAGE - size;
        struct fdt fdt;

        memcpy(tree, good, size);
        /* The size in the header is what the last byte is found by. */
        if ( size >= 8 )
            put32(&tree[4], size);
        for ( unsigned int n = rnd(6); n && size; n-- )
            tree[rnd(size)] = rnd(4) ? rnd(256) : rnd(2) * 0xff;

        if ( fdt_open(&fdt, tree, size) )
        {
            opened++;
            visit(&fdt);
        }
    }

    /* Enough of them must have come that far. */
    CHECK(opened > NR_BROKEN / 4, opened);
    unmap_page(pages);
}

void check_fdt(void)
{
    write_tree();
    check_good();
    check_broken();
}
