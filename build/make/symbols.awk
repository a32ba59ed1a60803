# The functions of an image for arch/x86/symbols.c: what fits into its table,
# padded to exactly the table's size.  Reads the header that has the size, then
# `nm -n`.
# SPDX-License-Identifier: BSD-2-Clause

$1 == "#define" && $2 == "SYMBOLS_SIZE" { size = $3 }

$2 ~ /^[tT]$/ && $3 !~ /^(\.|__start_|__end_|entry_stubs$)/ {
    line = substr($1, length($1) - 7) " " $3 "\n"
    if (used + length(line) < size) {
        printf "%s", line
        used += length(line)
    }
}

END { for (; used < size; used++) printf "%c", 0 }
