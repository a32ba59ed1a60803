/*
 * Reading a flattened device tree: what a guest has to find in it, no more.
 *
 * A node is the offset of its name in the tree's structure; negative: none.
 * Whatever the bytes of the tree are, nothing outside of it is read.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TOUCHSTONE_ARCH_FDT_H
#define TOUCHSTONE_ARCH_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fdt
{
    const uint8_t *structure, *strings;
    uint32_t structure_size, strings_size;
};

/* Bytes that hold the header, and with it the size of the whole. */
#define FDT_HEADER_SIZE 40

/** The size of the tree whose header is at @p blob; 0 if there is none. */
uint32_t fdt_size(const void *blob);

/** False if there is no tree in the @p size bytes at @p blob. */
bool fdt_open(struct fdt *fdt, const void *blob, size_t size);

/**
 * The node after @p node, in the order of the tree; the root after -1.
 * @p depth, if not NULL, is that of @p node, and becomes that of the result.
 */
int fdt_next_node(const struct fdt *fdt, int node, int *depth);

/** A node's name, with the unit address that it may have. */
const char *fdt_name(const struct fdt *fdt, int node);

/** The node that holds @p node. */
int fdt_parent(const struct fdt *fdt, int node);

/** The node right below the root whose name is @p name. */
int fdt_child_of_root(const struct fdt *fdt, const char *name);

/** The first node after @p node that is compatible with @p what. */
int fdt_next_compatible(const struct fdt *fdt, int node, const char *what);

/** A property's value and its length; NULL if the node has no such property. */
const void *fdt_prop(const struct fdt *fdt, int node, const char *name,
                     uint32_t *len);

/** Is one of the strings of property @p name equal to @p what? */
bool fdt_prop_has_string(const struct fdt *fdt, int node, const char *name,
                         const char *what);

/** Cell @p index, 32 bits, of a property; false if it is shorter. */
bool fdt_prop_cell(const struct fdt *fdt, int node, const char *name,
                   unsigned int index, uint32_t *val);

/**
 * The @p index-th address and size of property "reg", which have as many cells
 * as the node's parent says.  Addresses of buses are not translated.
 */
bool fdt_reg(const struct fdt *fdt, int node, unsigned int index,
             uint64_t *addr, uint64_t *size);

#endif /* TOUCHSTONE_ARCH_FDT_H */
