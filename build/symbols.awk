# The functions of an image, from `nm -n`, for arch/x86/symbols.c: what fits
# into its table, padded to exactly the table's size.
# SPDX-License-Identifier: BSD-2-Clause

BEGIN { size = 12288; used = 0 }

$2 ~ /^[tT]$/ && $3 !~ /^(\.|__start_|__end_|entry_stubs$)/ {
    line = substr($1, length($1) - 7) " " $3 "\n"
    if (used + length(line) < size) {
        printf "%s", line
        used += length(line)
    }
}

END { for (; used < size; used++) printf "%c", 0 }
