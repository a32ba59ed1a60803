/*
 * Error numbers of the hypercall ABI.
 *
 * A hypercall that fails returns one of these negated. They are Xen's own and
 * the same on every guest OS; the plain names (EINVAL, ...) exist so that a
 * test reads like the ABI's documentation.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_ERRNO_H
#define XEN_ERRNO_H

#define XEN_EPERM           1   /* Caller lacks the privilege. */
#define XEN_ENOENT          2   /* The named object is not there. */
#define XEN_ESRCH           3   /* No such domain. */
#define XEN_EINTR           4   /* Inside Xen only; a guest never sees it. */
#define XEN_EIO             5
#define XEN_ENXIO           6
#define XEN_E2BIG           7   /* Batch or buffer above the limit. */
#define XEN_ENOEXEC         8
#define XEN_EBADF           9
#define XEN_ECHILD          10
#define XEN_EAGAIN          11  /* Not now; the same call may succeed later. */
#define XEN_EWOULDBLOCK     XEN_EAGAIN
#define XEN_ENOMEM          12
#define XEN_EACCES          13  /* Sysctl/domctl: interface version mismatch. */
#define XEN_EFAULT          14  /* A guest pointer could not be followed. */
#define XEN_EBUSY           16
#define XEN_EEXIST          17
#define XEN_EXDEV           18
#define XEN_ENODEV          19
#define XEN_ENOTDIR         20
#define XEN_EISDIR          21
#define XEN_EINVAL          22
#define XEN_ENFILE          23
#define XEN_EMFILE          24
#define XEN_ENOSPC          28
#define XEN_EROFS           30
#define XEN_EMLINK          31
#define XEN_EDOM            33
#define XEN_ERANGE          34
#define XEN_EDEADLK         35
#define XEN_EDEADLOCK       XEN_EDEADLK
#define XEN_ENAMETOOLONG    36
#define XEN_ENOLCK          37
#define XEN_ENOSYS          38  /* No such hypercall or sub-operation. */
#define XEN_ENOTEMPTY       39
#define XEN_ENODATA         61
#define XEN_ETIME           62
#define XEN_EBADMSG         74
#define XEN_EOVERFLOW       75
#define XEN_EILSEQ          84
#define XEN_ERESTART        85  /* Inside Xen only; a guest never sees it. */
#define XEN_ENOTSOCK        88
#define XEN_EMSGSIZE        90
#define XEN_EOPNOTSUPP      95  /* Known, but not in this build or setting. */
#define XEN_EADDRINUSE      98
#define XEN_EADDRNOTAVAIL   99
#define XEN_ENOBUFS         105
#define XEN_EISCONN         106
#define XEN_ENOTCONN        107
#define XEN_ETIMEDOUT       110
#define XEN_ECONNREFUSED    111

#define EPERM               XEN_EPERM
#define ENOENT              XEN_ENOENT
#define ESRCH               XEN_ESRCH
#define EINTR               XEN_EINTR
#define EIO                 XEN_EIO
#define ENXIO               XEN_ENXIO
#define E2BIG               XEN_E2BIG
#define ENOEXEC             XEN_ENOEXEC
#define EBADF               XEN_EBADF
#define ECHILD              XEN_ECHILD
#define EAGAIN              XEN_EAGAIN
#define EWOULDBLOCK         XEN_EWOULDBLOCK
#define ENOMEM              XEN_ENOMEM
#define EACCES              XEN_EACCES
#define EFAULT              XEN_EFAULT
#define EBUSY               XEN_EBUSY
#define EEXIST              XEN_EEXIST
#define EXDEV               XEN_EXDEV
#define ENODEV              XEN_ENODEV
#define ENOTDIR             XEN_ENOTDIR
#define EISDIR              XEN_EISDIR
#define EINVAL              XEN_EINVAL
#define ENFILE              XEN_ENFILE
#define EMFILE              XEN_EMFILE
#define ENOSPC              XEN_ENOSPC
#define EROFS               XEN_EROFS
#define EMLINK              XEN_EMLINK
#define EDOM                XEN_EDOM
#define ERANGE              XEN_ERANGE
#define EDEADLK             XEN_EDEADLK
#define EDEADLOCK           XEN_EDEADLOCK
#define ENAMETOOLONG        XEN_ENAMETOOLONG
#define ENOLCK              XEN_ENOLCK
#define ENOSYS              XEN_ENOSYS
#define ENOTEMPTY           XEN_ENOTEMPTY
#define ENODATA             XEN_ENODATA
#define ETIME               XEN_ETIME
#define EBADMSG             XEN_EBADMSG
#define EOVERFLOW           XEN_EOVERFLOW
#define EILSEQ              XEN_EILSEQ
#define ERESTART            XEN_ERESTART
#define ENOTSOCK            XEN_ENOTSOCK
#define EMSGSIZE            XEN_EMSGSIZE
#define EOPNOTSUPP          XEN_EOPNOTSUPP
#define EADDRINUSE          XEN_EADDRINUSE
#define EADDRNOTAVAIL       XEN_EADDRNOTAVAIL
#define ENOBUFS             XEN_ENOBUFS
#define EISCONN             XEN_EISCONN
#define ENOTCONN            XEN_ENOTCONN
#define ETIMEDOUT           XEN_ETIMEDOUT
#define ECONNREFUSED        XEN_ECONNREFUSED

/*
 * Every error number once, by its first name, in ascending order: for a table
 * or a switch statement from value to name. X must use its argument with # or
 * ##, else the preprocessor has made a number of it.
 */
#define XEN_ERRNO_LIST(X)                                                   \
    X(EPERM) X(ENOENT) X(ESRCH) X(EINTR) X(EIO) X(ENXIO) X(E2BIG)           \
    X(ENOEXEC) X(EBADF) X(ECHILD) X(EAGAIN) X(ENOMEM) X(EACCES) X(EFAULT)   \
    X(EBUSY) X(EEXIST) X(EXDEV) X(ENODEV) X(ENOTDIR) X(EISDIR) X(EINVAL)    \
    X(ENFILE) X(EMFILE) X(ENOSPC) X(EROFS) X(EMLINK) X(EDOM) X(ERANGE)      \
    X(EDEADLK) X(ENAMETOOLONG) X(ENOLCK) X(ENOSYS) X(ENOTEMPTY) X(ENODATA)  \
    X(ETIME) X(EBADMSG) X(EOVERFLOW) X(EILSEQ) X(ERESTART) X(ENOTSOCK)      \
    X(EMSGSIZE) X(EOPNOTSUPP) X(EADDRINUSE) X(EADDRNOTAVAIL) X(ENOBUFS)     \
    X(EISCONN) X(ENOTCONN) X(ETIMEDOUT) X(ECONNREFUSED)

#endif /* XEN_ERRNO_H */
