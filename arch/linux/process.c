/*
 * A process of Linux in dom0, as the harness wants it: a console, a command
 * line, an end.
 *
 *     PROGRAM DOMID [WORD...]
 *
 * DOMID is the domain that runs the test's image; the words are those of its
 * command line, such as case=... .
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <xtf/console.h>
#include <xtf/core/cmdline.h>
#include <xtf/lib/panic.h>
#include <xtf/report.h>
#include <xtf/test.h>

#include <dom0/process.h>

unsigned int peer_domid;

/* There is one thread, so the harness needs no other answer. */
unsigned int this_vcpu(void)
{
    return 0;
}

static void write_out(const char *buf, size_t len)
{
    while ( len )
    {
        ssize_t done = write(STDOUT_FILENO, buf, len);

        if ( done <= 0 )
            _exit(1);
        buf += done;
        len -= done;
    }
}

static void __noreturn end_in_error(void)
{
    xtf_error(NULL);
    xtf_report_status();
    _exit(1);
}

static const struct panic_handler panic_handler =
{
    .begin = xtf_case_begin_error, .end = end_in_error,
};

unsigned int linux_release(void)
{
    struct utsname name;
    unsigned int major = 0, minor = 0;

    if ( uname(&name) ||
         sscanf(name.release, "%u.%u", &major, &minor) != 2 )
        panic("The release of Linux is not known\n");

    return major * 100 + minor;
}

bool linux_is_pv(void)
{
    char text[8] = "";
    FILE *file = fopen("/sys/hypervisor/guest_type", "r");
    bool known = file && fgets(text, sizeof(text), file);

    if ( file )
        fclose(file);
    /* Linux before 4.13 does not say so; there is no PVH dom0 then. */

    return !known || !strcmp(text, "PV\n");
}

/*
 * To prove that cases look at results: distort=G for requests of that letter,
 * distort=M for mmap().
 */
static bool distorts(char what)
{
    char letter[2];

    return cmdline_value("distort", letter, sizeof(letter)) &&
           letter[0] == what;
}

long linux_ioctl(int fd, unsigned long request, void *op)
{
    int rc = ioctl(fd, request, op);

    if ( distorts(request >> 8) )
        return rc < 0 ? 0 : -EIO;

    return rc < 0 ? -errno : rc;
}

void *linux_mmap(int fd, uint64_t offset, size_t bytes, int prot, long *error)
{
    void *at = mmap(NULL, bytes, prot, MAP_SHARED, fd, offset);

    *error = at == MAP_FAILED ? -errno : 0;
    if ( distorts('M') )
        *error = *error ? 0 : -EIO;

    return at == MAP_FAILED ? NULL : at;
}

static sigjmp_buf faulted;

static void on_fault(int signal)
{
    siglongjmp(faulted, signal);
}

static void catch_faults(void)
{
    signal(SIGBUS, on_fault);
    signal(SIGSEGV, on_fault);
}

static void ignore_faults(void)
{
    signal(SIGBUS, SIG_DFL);
    signal(SIGSEGV, SIG_DFL);
}

int linux_read_byte(const volatile void *at, uint8_t *byte)
{
    volatile uint8_t value = 0;
    int signal = sigsetjmp(faulted, 1);

    if ( !signal )
    {
        catch_faults();
        value = *(const volatile uint8_t *)at;
    }
    ignore_faults();
    if ( byte )
        *byte = value;

    return signal;
}

int linux_write_byte(volatile void *at, uint8_t byte)
{
    int signal = sigsetjmp(faulted, 1);

    if ( !signal )
    {
        catch_faults();
        *(volatile uint8_t *)at = byte;
    }
    ignore_faults();

    return signal;
}

int linux_read_bytes(const void *at, void *buf, size_t bytes)
{
    int signal = sigsetjmp(faulted, 1);

    if ( !signal )
    {
        catch_faults();
        memcpy(buf, at, bytes);
    }
    ignore_faults();

    return signal;
}

void linux_sleep_ms(unsigned int ms)
{
    struct timespec time = {
        .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l,
    };

    nanosleep(&time, NULL);
}

uint64_t linux_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    size_t len = 0;
    char *end;
    int i;

    if ( argc < 2 || (peer_domid = strtoul(argv[1], &end, 10), *end) )
    {
        fprintf(stderr, "usage: %s DOMID [WORD...]\n"
                "xtf-runner starts it in dom0 beside the test's image.\n",
                argv[0]);
        return 2;
    }
    for ( i = 2; i < argc; ++i )
        len += snprintf(xtf_cmdline + len, sizeof(xtf_cmdline) - len, "%s ",
                        argv[i]);

    register_console_callback(write_out);
    set_panic_handler(&panic_handler);
    printk("--- Touchstone ---\n");
    printk("Environment: %s\n", ENVIRONMENT_DESCRIPTION);
    printk("%s\n", test_title);

    test_main();
    xtf_report_status();

    return 0;
}
