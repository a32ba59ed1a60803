/*
 * Reading a flattened device tree: see <arch/fdt.h>.
 *
 * build/tests/hosted runs this on broken trees.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <xtf/libc.h>

#include <arch/fdt.h>

#define FDT_MAGIC        0xd00dfeedu

/* Words of the header. */
#define HEADER_MAGIC     0
#define HEADER_SIZE      1
#define HEADER_STRUCTURE 2
#define HEADER_STRINGS   3
#define HEADER_COMPAT    6
#define HEADER_LEN_STR   8
#define HEADER_LEN_TREE  9

/* The version whose layout this file knows. */
#define FDT_VERSION      16

#define FDT_BEGIN_NODE   1
#define FDT_END_NODE     2
#define FDT_PROP         3
#define FDT_NOP          4

/* All numbers are big-endian, and need not be aligned. */
static uint32_t get32(const void *at)
{
    const uint8_t *b = at;

    return (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static uint32_t header(const void *blob, unsigned int word)
{
    return get32((const uint8_t *)blob + word * 4);
}

uint32_t fdt_size(const void *blob)
{
    uint32_t size = header(blob, HEADER_SIZE);

    return header(blob, HEADER_MAGIC) == FDT_MAGIC && size >= FDT_HEADER_SIZE ?
        size : 0;
}

static bool within(uint32_t offset, uint32_t len, size_t size)
{
    return offset <= size && len <= size - offset;
}

bool fdt_open(struct fdt *fdt, const void *blob, size_t size)
{
    uint32_t structure, strings;

    if ( size < FDT_HEADER_SIZE || !fdt_size(blob) || fdt_size(blob) > size ||
         header(blob, HEADER_COMPAT) > FDT_VERSION )
        return false;

    structure = header(blob, HEADER_STRUCTURE);
    strings = header(blob, HEADER_STRINGS);
    *fdt = (struct fdt){
        .structure = (const uint8_t *)blob + structure,
        .structure_size = header(blob, HEADER_LEN_TREE),
        .strings = (const uint8_t *)blob + strings,
        .strings_size = header(blob, HEADER_LEN_STR),
    };

    /* A node is an int. */
    return fdt->structure_size <= INT32_MAX &&
        within(structure, fdt->structure_size, fdt_size(blob)) &&
        within(strings, fdt->strings_size, fdt_size(blob));
}

/* An element of the structure. */
struct token
{
    uint32_t kind;
    uint32_t value;             /* Where its name or the value is. */
    uint32_t len;               /* Of the value. */
    uint32_t name;              /* A property's, in the strings. */
    uint32_t next;              /* Where the next one is. */
};

/* The length of the string at @p at, which ends within @p size; or -1. */
static int64_t string_len(const uint8_t *base, uint32_t at, uint32_t size)
{
    uint32_t len;

    for ( len = 0; at < size && len < size - at; ++len )
        if ( !base[at + len] )
            return len;

    return -1;
}

/* False at the end of the tree, and where it is broken. */
static bool read_token(const struct fdt *fdt, uint32_t at, struct token *t)
{
    const uint32_t size = fdt->structure_size;
    int64_t len;

    if ( !within(at, 4, size) )
        return false;

    *t = (struct token){ .kind = get32(fdt->structure + at), .next = at + 4 };

    switch ( t->kind )
    {
    case FDT_BEGIN_NODE:
        t->value = at + 4;
        len = string_len(fdt->structure, t->value, size);
        if ( len < 0 )
            return false;
        t->len = len;
        t->next = t->value + ((t->len + 4) & ~3u);
        return true;

    case FDT_PROP:
        if ( !within(at, 12, size) )
            return false;
        t->len = get32(fdt->structure + at + 4);
        t->name = get32(fdt->structure + at + 8);
        t->value = at + 12;
        if ( !within(t->value, t->len, size) ||
             string_len(fdt->strings, t->name, fdt->strings_size) < 0 )
            return false;
        t->next = t->value + ((t->len + 3) & ~3u);
        return true;

    case FDT_END_NODE:
    case FDT_NOP:
        return true;

    default:
        return false;
    }
}

/* What follows a node's name. */
static uint32_t inside(const struct fdt *fdt, int node)
{
    return node + ((strlen(fdt_name(fdt, node)) + 4) & ~3ul);
}

const char *fdt_name(const struct fdt *fdt, int node)
{
    return (const char *)fdt->structure + node;
}

int fdt_next_node(const struct fdt *fdt, int node, int *depth)
{
    uint32_t at = node < 0 ? 0 : inside(fdt, node);
    int level = depth && node >= 0 ? *depth : node < 0 ? -1 : 0;
    struct token t;

    for ( ; read_token(fdt, at, &t); at = t.next )
        switch ( t.kind )
        {
        case FDT_END_NODE:
            --level;
            break;

        case FDT_BEGIN_NODE:
            if ( depth )
                *depth = level + 1;
            return t.value;
        }

    return -1;
}

int fdt_parent(const struct fdt *fdt, int node)
{
    int depth = -1, at = -1, wanted, found = -1;

    do {
        at = fdt_next_node(fdt, at, &depth);
        if ( at < 0 )
            return -1;
    } while ( at != node );

    /* The last node of one level less before it. */
    wanted = depth - 1;
    for ( at = fdt_next_node(fdt, -1, &depth); at >= 0 && at != node;
          at = fdt_next_node(fdt, at, &depth) )
        if ( depth == wanted )
            found = at;

    return found;
}

int fdt_child_of_root(const struct fdt *fdt, const char *name)
{
    int depth, node = -1;

    while ( (node = fdt_next_node(fdt, node, &depth)) >= 0 )
        if ( depth == 1 && !strcmp(fdt_name(fdt, node), name) )
            return node;

    return -1;
}

const void *fdt_prop(const struct fdt *fdt, int node, const char *name,
                     uint32_t *len)
{
    struct token t;
    uint32_t at;

    if ( node < 0 )
        return NULL;

    /* A node's properties come before the nodes that it holds. */
    for ( at = inside(fdt, node); read_token(fdt, at, &t); at = t.next )
    {
        if ( t.kind == FDT_BEGIN_NODE || t.kind == FDT_END_NODE )
            break;
        if ( t.kind == FDT_PROP &&
             !strcmp((const char *)fdt->strings + t.name, name) )
        {
            *len = t.len;
            return fdt->structure + t.value;
        }
    }

    return NULL;
}

bool fdt_prop_has_string(const struct fdt *fdt, int node, const char *name,
                         const char *what)
{
    uint32_t len = 0, at = 0;
    const uint8_t *val = fdt_prop(fdt, node, name, &len);

    while ( val && at < len )
    {
        int64_t one = string_len(val, at, len);

        if ( one < 0 )
            return false;
        if ( !strcmp((const char *)val + at, what) )
            return true;
        at += one + 1;
    }

    return false;
}

int fdt_next_compatible(const struct fdt *fdt, int node, const char *what)
{
    do {
        node = fdt_next_node(fdt, node, NULL);
    } while ( node >= 0 &&
              !fdt_prop_has_string(fdt, node, "compatible", what) );

    return node;
}

bool fdt_prop_cell(const struct fdt *fdt, int node, const char *name,
                   unsigned int index, uint32_t *val)
{
    uint32_t len = 0;
    const uint8_t *cells = fdt_prop(fdt, node, name, &len);

    if ( !cells || index >= len / 4 )
        return false;

    *val = get32(cells + index * 4);

    return true;
}

/* Of one cell or two; the upper ones of more must not be needed here. */
static bool number(const struct fdt *fdt, int node, unsigned int first,
                   unsigned int cells, uint64_t *val)
{
    uint32_t cell;

    for ( *val = 0; cells; --cells, ++first )
    {
        if ( !fdt_prop_cell(fdt, node, "reg", first, &cell) )
            return false;
        *val = *val << 32 | cell;
    }

    return true;
}

bool fdt_reg(const struct fdt *fdt, int node, unsigned int index,
             uint64_t *addr, uint64_t *size)
{
    const int parent = fdt_parent(fdt, node);
    uint32_t addr_cells = 2, size_cells = 1;

    fdt_prop_cell(fdt, parent, "#address-cells", 0, &addr_cells);
    fdt_prop_cell(fdt, parent, "#size-cells", 0, &size_cells);
    if ( addr_cells > 4 || size_cells > 4 || index > 64 )
        return false;

    index *= addr_cells + size_cells;

    return number(fdt, node, index, addr_cells, addr) &&
        number(fdt, node, index + addr_cells, size_cells, size);
}
