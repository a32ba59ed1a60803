/*
 * The verdict of a test.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XTF_REPORT_H
#define XTF_REPORT_H

#include <xtf/compiler.h>
#include <xtf/types.h>

/*
 * Each prints its message, if any, and records a verdict.  The most severe
 * one reported becomes the test's, in this order.
 */

/** The thing under test does what it should. */
void __printf(1, 2) xtf_success(const char *fmt, ...);

/** Something is odd, and yet the test succeeds. */
void __printf(1, 2) xtf_warning(const char *fmt, ...);

/** The test cannot run here: something that it needs is missing. */
void __printf(1, 2) xtf_skip(const char *fmt, ...);

/** The test or its environment is at fault. */
void __printf(1, 2) xtf_error(const char *fmt, ...);

/** The thing under test is at fault. */
void __printf(1, 2) xtf_failure(const char *fmt, ...);

/** Has any of the above been called? */
bool xtf_status_reported(void);

/** Print the line with the verdict, once.  No verdict at all is an error. */
void xtf_report_status(void);

/** xtf_report_status(), then power off. */
void __noreturn xtf_exit(void);

#endif /* XTF_REPORT_H */
