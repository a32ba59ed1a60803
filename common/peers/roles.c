/*
 * The roles of a test that several domains run, and how these meet.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define XTF_FIXTURE

#include <xtf/atomic.h>
#include <xtf/core/cmdline.h>
#include <xtf/core/time.h>
#include <xtf/grant_table.h>
#include <xtf/hypercall.h>
#include <xtf/lib.h>
#include <xtf/mm/page.h>
#include <xtf/peers/roles.h>
#include <xtf/xenstore.h>

#include <arch/mm.h>

/* Waiting: from, and to, how long between two looks; and for how long. */
#define MIN_PAUSE  MILLISECONDS(1)
#define MAX_PAUSE  MILLISECONDS(10)
#define MAX_WAIT   SECONDS(60)
#define MIN_LOOKS  100

/*
 * The entry of the first role's table that grants the page to role i.  The
 * console and the store have entries 0 and 1.
 */
#define PAGE_REF(i)    (2 + (i))
BUILD_BUG_ON(PAGE_REF(MAX_ROLES) > GNTTAB_NR_RESERVED_ENTRIES);

/* Whose body of a case has ended, and how: above that of a role that goes on. */
enum { GOES_ON, HAS_PASSED, WAS_SKIPPED, HAS_FAILED };

/*
 * The page.  Domains of both widths have it alike.  A role writes to its own
 * part alone.
 */
static struct rendezvous
{
    struct part
    {
        uint32_t joined, left;

        /* The case it is in, and the last it is through with. */
        uint32_t case_nr, cleaned, title;

        /* How many meetings of the case it came to. */
        uint32_t meeting;

        /*
         * What has become of a case, and the meeting's name as a hash: by the
         * last bit of the number.  Another role is one ahead at most.
         */
        uint32_t ended[2], what[2];

        /* To and from each other role. */
        uint32_t told[MAX_ROLES], heard[MAX_ROLES];
        uint32_t pad[2];
        uint64_t word[MAX_ROLES];
    } part[MAX_ROLES];
} page __page_aligned_bss;
BUILD_BUG_ON(sizeof(struct part) != 48 + 16 * MAX_ROLES);

static struct
{
    bool tried, joined, broken;
    unsigned int nr, self;
    char names[MAX_ROLES][16];
    domid_t domids[MAX_ROLES];

    unsigned int case_nr, meeting;
} my;

unsigned int roles_nr(void)
{
    return my.nr;
}

unsigned int role_self(void)
{
    return my.self;
}

const char *role_name(unsigned int role)
{
    return my.names[role];
}

domid_t role_domid(unsigned int role)
{
    return my.domids[role];
}

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;

    for ( ; *text; ++text )
        hash = (hash ^ (uint8_t)*text) * 16777619u;

    return hash;
}

static struct part *own(void)
{
    return &page.part[my.self];
}

/* ---- Waiting ---- */

struct waiting
{
    uint64_t end, pause;
    unsigned int looks;
};

/* Sleep for a while.  @return false if it was long enough. */
static bool pause_for(struct waiting *w)
{
    uint64_t now = time_now();
    struct sched_poll op;

    if ( !w->looks++ )
    {
        w->end = now + MAX_WAIT;
        w->pause = MIN_PAUSE;
    }

    op = (struct sched_poll){ .timeout = now + w->pause };
    hypercall_sched_op(SCHEDOP_poll, &op);
    w->pause = min(w->pause * 2, MAX_PAUSE);

    return now < w->end || w->looks < MIN_LOOKS;
}

static void did_not_come(unsigned int role, const char *what)
{
    my.broken = true;
    xtf_case_error(XTF_HERE, "role %s did not come to \"%s\" within %u s",
                   role_name(role), what, (unsigned int)(MAX_WAIT / SECONDS(1)));
}

/* ---- Joining ---- */

static bool read_setting(const char *word, const char *key, char *buf,
                         size_t size)
{
    const char *value;

    if ( cmdline_value(word, buf, size) )
        return true;

    value = xenstore_available() ? xenstore_read(key) : NULL;
    if ( !value )
        return false;
    strncpy(buf, value, size - 1);
    buf[size - 1] = '\0';

    return true;
}

static bool read_domid(unsigned int role)
{
    char key[64], text[8];
    const char *at;

    snprintf(key, sizeof(key), "data/touchstone/peers/%s", role_name(role));
    if ( !read_setting(role_name(role), key, text, sizeof(text)) )
        return false;

    my.domids[role] = 0;
    for ( at = text; *at >= '0' && *at <= '9'; ++at )
        my.domids[role] = my.domids[role] * 10 + *at - '0';

    return at != text && !*at;
}

static bool read_roles(void)
{
    char self[sizeof(my.names[0])];
    const char *at = test_roles;
    unsigned int i;

    for ( my.nr = 0; *at && my.nr < MAX_ROLES; ++my.nr )
    {
        for ( i = 0; *at && *at != ' '; ++at )
            if ( i < sizeof(my.names[0]) - 1 )
                my.names[my.nr][i++] = *at;
        while ( *at == ' ' )
            ++at;
    }

    if ( !read_setting("role", "data/touchstone/role", self, sizeof(self)) )
    {
        xtf_case_skip("needs a domain for each of the roles %s: xtf-runner "
                      "makes them", test_roles);
        return false;
    }

    for ( my.self = 0; my.self < my.nr && strcmp(role_name(my.self), self); )
        ++my.self;
    if ( my.self == my.nr )
    {
        xtf_case_error(XTF_HERE, "role \"%s\" is not one of %s", self,
                       test_roles);
        return false;
    }

    for ( i = 0; i < my.nr; ++i )
        if ( !read_domid(i) )
        {
            xtf_case_error(XTF_HERE, "the domid of role %s is not told",
                           role_name(i));
            return false;
        }

    return true;
}

/* The first role grants the page, in whichever version its table has. */
static bool grant_page(void)
{
    unsigned int i;
    int rc = gnttab_version() ? 0 : xtf_init_grant_table(1);

    if ( rc )
    {
        xtf_case_error(XTF_HERE, "the grant table cannot be set up: %d", rc);
        return false;
    }

    for ( i = 1; i < my.nr; ++i )
        gnttab_publish(PAGE_REF(i), my.domids[i], virt_to_gfn(&page),
                       GTF_permit_access);

    return true;
}

static bool map_page(void)
{
    struct waiting w = {};
    struct gnttab_map_grant_ref op;
    int rc = page_vacate(&page);

    if ( rc )
    {
        xtf_case_error(XTF_HERE, "page_vacate() is %d", rc);
        return false;
    }

    do {
        op = (struct gnttab_map_grant_ref){
            .host_addr = virt_to_host_addr(&page),
            .flags = GNTMAP_host_map,
            .ref = PAGE_REF(my.self), .dom = my.domids[0],
        };
        rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, &op, 1);
        if ( !rc && op.status == GNTST_okay )
            return true;
    } while ( !rc && pause_for(&w) );

    my.broken = true;
    xtf_case_error(XTF_HERE, "role %s granted no page to meet by within %u s: "
                   "GNTTABOP_map_grant_ref is %d, its status %s",
                   role_name(0), (unsigned int)(MAX_WAIT / SECONDS(1)), rc,
                   gntst_strerror(op.status));

    return false;
}

bool roles_join(void)
{
    struct waiting w = {};
    unsigned int i;

    if ( my.joined )
        return true;
    if ( my.tried && my.nr )
    {
        xtf_case_skip("the roles did not meet");
        return false;
    }

    my.tried = true;
    if ( !read_roles() || !(my.self ? map_page() : grant_page()) )
        return false;

    STORE_RELEASE(&own()->joined, 1);
    for ( i = 0; i < my.nr; ++i )
        while ( !LOAD_ACQUIRE(&page.part[i].joined) )
            if ( !pause_for(&w) )
            {
                did_not_come(i, "the first case");
                return false;
            }
    my.joined = true;

    return true;
}

/* ---- Cases ---- */

bool role_has_left(unsigned int role)
{
    return LOAD_ACQUIRE(&page.part[role].left);
}

void role_leave(void)
{
    STORE_RELEASE(&own()->left, 1);
}

/* What has become of another role's body of this case. */
static unsigned int state_of(unsigned int role)
{
    const struct part *part = &page.part[role];

    return LOAD_ACQUIRE(&part->case_nr) < my.case_nr
        ? GOES_ON : LOAD_ACQUIRE(&part->ended[my.case_nr & 1]);
}

/*
 * After that, this role cannot go on either.  If it is another's failure, that
 * is where the report is.
 */
static bool ended_early(unsigned int role, const char *what)
{
    switch ( state_of(role) )
    {
    case WAS_SKIPPED:
        xtf_case_skip("role %s skipped the case", role_name(role));
        return true;

    case HAS_FAILED:
        xtf_case_error(XTF_HERE, "role %s has failed, and does not come to "
                       "\"%s\"", role_name(role), what);
        return true;

    case HAS_PASSED:
        xtf_case_error(XTF_HERE, "role %s has ended the case, and does not "
                       "come to \"%s\"", role_name(role), what);
        return true;
    }

    return false;
}

static bool body_has_ended(unsigned int role)
{
    return state_of(role) != GOES_ON;
}

static bool has_cleaned(unsigned int role)
{
    return LOAD_ACQUIRE(&page.part[role].cleaned) >= my.case_nr;
}

/* Wait until this holds for all that did not leave; one that leaves does not. */
static void wait_for_all(bool (*holds)(unsigned int role), const char *what)
{
    struct waiting w = {};
    unsigned int i;

    for ( i = 0; i < my.nr; ++i )
        while ( !my.broken && !role_has_left(my.self) && !role_has_left(i) &&
                !holds(i) )
            if ( !pause_for(&w) )
                did_not_come(i, what);
}

/* The body has ended, and nothing is undone yet. */
static void end_body(void *unused)
{
    unsigned int i;

    STORE_RELEASE(&own()->ended[my.case_nr & 1],
                  xtf_case_failed() ? HAS_FAILED :
                  xtf_case_skipped() ? WAS_SKIPPED : HAS_PASSED);
    wait_for_all(body_has_ended, "the end of the case");

    /* A case that one role cannot carry out has passed in none. */
    for ( i = 0; i < my.nr; ++i )
        if ( state_of(i) == WAS_SKIPPED && !xtf_case_skipped() &&
             !xtf_case_failed() )
            xtf_case_skip("role %s skipped the case", role_name(i));
}

static void undo(void *fn)
{
    ((void (*)(void))fn)();
}

static void end_undo(void *unused)
{
    STORE_RELEASE(&own()->cleaned, my.case_nr);
    wait_for_all(has_cleaned, "the end of what the case undoes");
}

static bool come_to_case(void)
{
    struct part *part = own();
    const uint32_t title = hash_of(xtf_case_title());
    struct waiting w = {};
    unsigned int i;

    my.case_nr++;
    my.meeting = 0;

    /* Words that nobody has heard were of the case before. */
    for ( i = 0; i < my.nr; ++i )
        part->heard[i] = LOAD_ACQUIRE(&page.part[i].told[my.self]);
    ACCESS_ONCE(part->title) = title;
    ACCESS_ONCE(part->meeting) = 0;
    ACCESS_ONCE(part->ended[my.case_nr & 1]) = GOES_ON;
    STORE_RELEASE(&part->case_nr, my.case_nr);

    for ( i = 0; i < my.nr; ++i )
    {
        while ( !role_has_left(i) &&
                LOAD_ACQUIRE(&page.part[i].case_nr) < my.case_nr )
            if ( !pause_for(&w) )
            {
                did_not_come(i, "the beginning of the case");
                return false;
            }
        if ( !role_has_left(i) && ACCESS_ONCE(page.part[i].title) != title )
        {
            my.broken = true;
            xtf_case_error(XTF_HERE, "role %s runs another case",
                           role_name(i));
            return false;
        }
    }

    return true;
}

bool roles_begin_with(bool (*setup)(unsigned int), unsigned int param,
                      void (*undo_fn)(void))
{
    bool ready;

    if ( !roles_join() )
        return false;

    if ( my.broken )
    {
        xtf_case_skip("the roles did not meet in an earlier case");
        return false;
    }
    if ( role_has_left(my.self) )
    {
        xtf_case_skip("role %s has left", role_name(my.self));
        return false;
    }
    if ( !come_to_case() )
        return false;

    ready = !setup || setup(param);

    /* What was registered last is called first. */
    if ( undo_fn )
    {
        xtf_case_cleanup(end_undo, NULL);
        xtf_case_cleanup(undo, undo_fn);
    }
    xtf_case_cleanup(end_body, NULL);

    return ready;
}

bool roles_begin(unsigned int unused)
{
    return roles_begin_with(NULL, 0, NULL);
}

static bool is_elsewhere(const struct part *part, uint32_t hash)
{
    return ACCESS_ONCE(part->meeting) == my.meeting &&
        ACCESS_ONCE(part->what[my.meeting & 1]) != hash;
}

static bool has_come(unsigned int role)
{
    return LOAD_ACQUIRE(&page.part[role].meeting) >= my.meeting;
}

bool roles_meet(const char *what)
{
    struct part *part = own();
    const uint32_t hash = hash_of(what);
    struct waiting w = {};
    unsigned int i;

    my.meeting++;
    ACCESS_ONCE(part->what[my.meeting & 1]) = hash;
    STORE_RELEASE(&part->meeting, my.meeting);

    for ( i = 0; i < my.nr; ++i )
    {
        while ( !role_has_left(i) && !has_come(i) )
        {
            /* It may have come just now, and ended. */
            if ( body_has_ended(i) && !has_come(i) && ended_early(i, what) )
                return false;
            if ( !pause_for(&w) )
            {
                did_not_come(i, what);
                return false;
            }
        }
        if ( !role_has_left(i) && is_elsewhere(&page.part[i], hash) )
        {
            xtf_case_error(XTF_HERE, "role %s does not come to \"%s\" but "
                           "elsewhere", role_name(i), what);
            return false;
        }
    }

    return true;
}

void role_looks_on(void)
{
    static const struct xtf_where where = { .file = __FILE__ };

    xtf_expect_msg(&where, true, "%s", "");
}

/* ---- Words ---- */

static bool has_heard(unsigned int to)
{
    return LOAD_ACQUIRE(&page.part[to].heard[my.self]) == own()->told[to];
}

bool role_tell(unsigned int to, uint64_t word)
{
    struct part *part = own();
    struct waiting w = {};

    while ( !has_heard(to) )
    {
        if ( body_has_ended(to) && !has_heard(to) &&
             ended_early(to, "hear a word") )
            return false;
        if ( !pause_for(&w) )
        {
            did_not_come(to, "hear a word");
            return false;
        }
    }

    part->word[to] = word;
    STORE_RELEASE(&part->told[to], part->told[to] + 1);

    return true;
}

bool role_can_hear(unsigned int from)
{
    return LOAD_ACQUIRE(&page.part[from].told[my.self]) !=
        own()->heard[from];
}

bool role_hear(unsigned int from, uint64_t *word)
{
    struct waiting w = {};

    while ( !role_can_hear(from) )
    {
        if ( body_has_ended(from) && !role_can_hear(from) &&
             ended_early(from, "tell a word") )
            return false;
        if ( !pause_for(&w) )
        {
            did_not_come(from, "tell a word");
            return false;
        }
    }

    *word = page.part[from].word[my.self];
    STORE_RELEASE(&own()->heard[from], own()->heard[from] + 1);

    return true;
}
