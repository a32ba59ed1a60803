/*
 * A plugin for QEMU's emulator that widens the windows of races: the host
 * thread that emulates a vCPU sleeps now and then at an instruction of the
 * functions that are named, while the other vCPUs go on.
 *
 *     -plugin file=amplifier.so,seed=N,one_in=N,usec=N,range0=START-END,...
 *
 * At one of one_in executions on average, the thread sleeps for up to usec
 * microseconds.  Each vCPU draws its own numbers from the seed.  What the
 * guest executes stays as it is.
 *
 * The declarations are those of QEMU's plugin interface, whose header Debian
 * does not package.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t id,
    void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *tb, size_t idx);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *insn,
    void (*cb)(unsigned int vcpu, void *data), int flags, void *data);

/* Which version of the interface this is, for QEMU to accept or refuse. */
EXPORT int qemu_plugin_version = PLUGIN_VERSION;

#define MAX_RANGES 64
#define MAX_VCPUS  256

static struct { uint64_t start, end; } ranges[MAX_RANGES];
static unsigned int nr_ranges;
static uint64_t one_in = 30, usec = 300, seed = 1;

/* A cache line each: every thread writes its own. */
static struct { uint64_t x, pad[7]; } state[MAX_VCPUS];

/* xorshift64* */
static uint64_t draw(unsigned int vcpu)
{
    uint64_t x = state[vcpu].x;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    state[vcpu].x = x;

    return (x * 0x2545f4914f6cdd1dULL) >> 33;
}

static void executed(unsigned int vcpu, void *data)
{
    if ( vcpu < MAX_VCPUS && draw(vcpu) % one_in == 0 )
        usleep(draw(vcpu) % usec + 1);
}

static bool in_range(uint64_t address)
{
    unsigned int i;

    for ( i = 0; i < nr_ranges; ++i )
        if ( address >= ranges[i].start && address < ranges[i].end )
            return true;

    return false;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t i, nr = qemu_plugin_tb_n_insns(tb);

    for ( i = 0; i < nr; ++i )
    {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

        if ( in_range(qemu_plugin_insn_vaddr(insn)) )
            qemu_plugin_register_vcpu_insn_exec_cb(
                insn, executed, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
}

/* Take one word NAME=VALUE.  False if the plugin does not know it. */
static bool option(const char *word)
{
    const char *value = strchr(word, '=');
    char *end;

    if ( !value++ )
        return false;

    if ( !strncmp(word, "range", 5) && nr_ranges < MAX_RANGES )
    {
        ranges[nr_ranges].start = strtoull(value, &end, 16);
        if ( *end != '-' )
            return false;
        ranges[nr_ranges++].end = strtoull(end + 1, &end, 16);
    }
    else if ( !strncmp(word, "seed=", 5) )
        seed = strtoull(value, &end, 10);
    else if ( !strncmp(word, "one_in=", 7) )
        one_in = strtoull(value, &end, 10);
    else if ( !strncmp(word, "usec=", 5) )
        usec = strtoull(value, &end, 10);
    else
        return false;

    return !*end && end != value && one_in && usec;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info,
                               int argc, char **argv)
{
    int i;

    for ( i = 0; i < argc; ++i )
        if ( !option(argv[i]) )
        {
            fprintf(stderr, "amplifier: cannot use %s\n", argv[i]);
            return 1;
        }

    /* No state is 0, from which xorshift64* would not get away. */
    for ( i = 0; i < MAX_VCPUS; ++i )
        state[i].x = (seed + 1) * 0x9e3779b97f4a7c15ULL + i * 2 + 1;

    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);

    return 0;
}
