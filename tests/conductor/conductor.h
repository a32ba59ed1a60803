/*
 * What the conductor's parts have in common: the plan, which is its boot module,
 * and a domain for each role in it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef CONDUCTOR_H
#define CONDUCTOR_H

#include <xtf/report.h>
#include <xtf/types.h>

#include <xen/event_channel.h>
#include <xen/io/console.h>
#include <xen/xen.h>

#define MAX_ROLES      4

/* A domain's memory, of which each page's frame is remembered. */
#define MAX_PAGES      8192

/*
 * The boot module begins with this.  build/touchstone/hosts/conductor.py writes
 * it.  Numbers are little-endian; texts end with a 0.
 */
struct plan
{
    char magic[8];              /* PLAN_MAGIC */
    uint32_t nr_roles;
    uint32_t reserved;
    struct plan_role
    {
        char role[16];
        uint32_t offset, size;  /* The image, an ELF file, in the module. */
        uint32_t pages;         /* The domain's memory. */
        uint32_t vcpus;
        uint32_t hap;           /* 0: an HVM image runs on shadow paging. */
        uint32_t reserved;
    } roles[MAX_ROLES];
    char words[512];            /* For each domain's command line. */
};

#define PLAN_MAGIC "Tstplan1"

/* What the notes of an image say. */
struct image
{
    const void *file;
    uint32_t size;
    bool pvh;                   /* Otherwise it is a PV guest's. */
    bool wide;                  /* PV: a 64-bit one. */
    uint64_t entry;
    uint64_t hypercall_page;    /* PV. */
    uint64_t end;               /* The address after its last byte. */
};

/* How far a role's domain has come. */
enum role_state
{
    ROLE_NONE,                  /* There is no domain yet. */
    ROLE_RUNS,
    ROLE_DESTROYED,             /* It may still be dying. */
};

struct role
{
    const struct plan_role *plan;
    struct image image;
    char cmdline[1024];

    domid_t domid;
    enum role_state state;
    uint64_t frames[MAX_PAGES]; /* By page: MFN of a PV domain, else GFN. */
    uint64_t console_frame;
    evtchn_port_t console_there, console_here;

    struct xencons_interface *ring;
    char line[1024];
    size_t len;
    const char *verdict;        /* One of those in verdicts[], or NULL. */
};

extern struct role roles[MAX_ROLES];
extern unsigned int nr_roles;

/**
 * Read the headers and notes of an image into *image.
 * @return NULL, or what is wrong with it.
 */
const char *image_read(struct image *image, const void *file, uint32_t size);

/** Put the image into the memory of @p role's domain.  @return 0 or -errno. */
int image_load(struct role *role);

/**
 * Give the domain @p nr pages, from GFN @p first on, and note their frames.
 * @return 0 or -ENOMEM.
 */
int memory_populate(struct role *role, unsigned long first, unsigned long nr);

/**
 * Show a frame of the domain, at the same address at each call, until the next
 * one or memory_hide().
 * @return the address; panics if Xen refuses.
 */
void *memory_show(const struct role *role, uint64_t frame);
void memory_hide(void);

/** Write @p len bytes at address @p addr of the domain's memory. */
void memory_write(const struct role *role, uint64_t addr, const void *data,
                  size_t len);

/** Fill whole pages of the domain with zeros. */
void memory_clear(const struct role *role, unsigned long first,
                  unsigned long nr);

/**
 * Build the rest of a domain that has memory for each kind: start information,
 * page tables, registers.  @return 0 or -errno.
 */
int pvh_build(struct role *role);
int pv_build(struct role *role);

/** Before the memory: what Xen must know of a PV domain. */
int pv_prepare(struct role *role);

/** Create the domain of a role, with its console, and without memory. */
int role_create(struct role *role);

/** Give it its memory, its image and a command line.  @return 0 or -errno. */
int role_build(struct role *role);

/** Let it run. */
int role_start(struct role *role);

/** Print what it has printed, line by line with the role as prefix. */
void role_forward(struct role *role);

/**
 * Look how the domain is.  If it has shut down, destroy it; if it did so
 * without a verdict, say so.
 */
void role_look(struct role *role);

/** Destroy the domain, if it runs, for it gave no verdict in time. */
void role_end(struct role *role);

#endif /* CONDUCTOR_H */
