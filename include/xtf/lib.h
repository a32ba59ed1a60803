/*
 * Odds and ends that everything uses.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_LIB_H
#define XTF_LIB_H

#include <xtf/atomic.h>
#include <xtf/compiler.h>
#include <xtf/libc.h>
#include <xtf/macro_magic.h>
#include <xtf/numbers.h>
#include <xtf/types.h>

#include <xen/xen.h>

#define ARRAY_SIZE(a)           (sizeof(a) / sizeof(*(a)))

#define ROUNDUP(x, a)           (((x) + (a) - 1) & ~((a) - 1))

#define min(a, b)                                                       \
({                                                                      \
    const typeof(a) a_ = (a);                                           \
    const typeof(b) b_ = (b);                                           \
                                                                        \
    (void)(&a_ == &b_);                                                 \
    a_ < b_ ? a_ : b_;                                                  \
})

#define max(a, b)                                                       \
({                                                                      \
    const typeof(a) a_ = (a);                                           \
    const typeof(b) b_ = (b);                                           \
                                                                        \
    (void)(&a_ == &b_);                                                 \
    a_ > b_ ? a_ : b_;                                                  \
})

#define BUILD_BUG_ON(cond)                                              \
    _Static_assert(!(cond), "!(" #cond ")")

/** Say why, end with the verdict ERROR, and power off. */
void __noreturn panic(const char *fmt, ...) __printf(1, 2);

#define ASSERT(cond)                                                    \
do {                                                                    \
    if ( !(cond) )                                                      \
        panic("ASSERT(%s) at %s:%d\n", #cond, __FILE__, __LINE__);      \
} while ( 0 )

/** Sort in place, unstably.  @p swap exchanges two elements. */
void heapsort(void *base, size_t nr, size_t size,
              int (*compar)(const void *, const void *),
              void (*swap)(void *, void *));

/*
 * Run a function at CPL3 on user_stack[], and return its value.  Only what is
 * marked __user_text and __user_data can be reached from there; an exception
 * that nothing expects ends the test.  One at a time: fn may not call back.
 */
unsigned long exec_user_param(unsigned long (*fn)(unsigned long),
                              unsigned long param);

static inline unsigned long exec_user(unsigned long (*fn)(void))
{
    return exec_user_param((void *)fn, 0);
}

static inline void exec_user_void(void (*fn)(void))
{
    exec_user_param((void *)fn, 0);
}

/*
 * The selectors that exec_user() enters with, and what it makes of EFLAGS:
 * (flags & and_mask) | or_mask.
 */
extern unsigned long exec_user_cs, exec_user_ss;
extern unsigned long exec_user_efl_and_mask, exec_user_efl_or_mask;

/* A domain ID that no domain has. */
#define NO_DOMAIN ((domid_t)(DOMID_FIRST_RESERVED - 1))

/** This domain's ID, or -1 where no interface tells it. */
int xtf_get_domid(void);

/** Is there a domain 0?  Xen for Arm starts domains without one, too. */
bool xtf_dom0_exists(void);

/**
 * Where Xen's command line last says @p text.
 * @return NULL if it does not, or is not for this domain to read.
 */
const char *xtf_xen_cmdline(const char *text);

/**
 * The sysctl interface version this Xen speaks, found by trying.
 * @return the version, or -1 if it is none that this probes (0 to 127).
 */
int xtf_probe_sysctl_interface_version(void);

#endif /* XTF_LIB_H */
