/*
 * Names of functions in the running image, for reports.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_LIB_SYMBOLS_H
#define XTF_LIB_SYMBOLS_H

/* Bytes of the table; build/make/symbols.awk reads this line. */
#define SYMBOLS_SIZE 12288

/**
 * The symbol at or nearest below @p addr, and how far above it @p addr is.
 * NULL outside of the image's code, or if the image holds no symbols.
 */
const char *symbol_lookup(unsigned long addr, unsigned long *offset);

/** Print a line: @p what, the address, and where that is in the code. */
void symbol_print(const char *what, unsigned long addr);

/** Print the first twelve words from @p word to @p end that point into code. */
void symbol_print_stack(const unsigned long *word, const unsigned long *end);

#endif /* XTF_LIB_SYMBOLS_H */
