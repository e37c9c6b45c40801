/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Faults for a licetd that knows nothing of them: loaded with LD_PRELOAD, it stands between the
 * daemon and its libraries. The program that is tested is the one that is installed.
 *
 * FAULT_KILL=POINT:N    SIGKILL at the n-th time that POINT is reached (the names are below; see
 *                       points in torture.py). FAULT_LOG=FILE gets the name first.
 * FAULT_DEFECT=WORD     a defect of the journal, for the tester's own test (rewrite_sql)
 * FAULT_CLOCK=SECONDS   the wall clock jumps by that much, four tenths of a second after the start
 * FAULT_SLOW=MILLISECONDS  a sync takes up to so long, as on a busy disk
 * FAULT_TICK=MILLISECONDS  what the daemon does each minute it does so often
 * FAULT_CONTROL=FILE    a mapped Control: the n-th call of a kind fails, as the other side says
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

typedef enum {
    CALL_NONE,
    CALL_WRITE,
    CALL_SYNC,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_CONNECT,
    CALL_OPEN,
    CALL_SEND,
    CALL_RECEIVE,
    CALL_ALLOCATE,
} Call;

/* nth.py has the same. */
typedef struct {
    int32_t call;
    int32_t countdown; /* fails when it gets to 0 */
    int32_t number;    /* errno; -1: does half of the work */
    int32_t injected;
    int32_t lasts; /* all calls after it fail too */
} Control;

static Control *control;
static char point[64];
static int point_countdown;
static const char *defect = "";
static time_t clock_jump;
static int tick;
static unsigned slow;
static struct timespec born;
static __thread const char *transaction;
static __thread bool unmarked; /* the guard is about to accept */

#define REAL(name) ((__typeof__ (&name))find_real (#name))

static void *
find_real (const char *name)
{
    return dlsym (RTLD_NEXT, name);
}

__attribute__ ((constructor)) static void
set_up (void)
{
    const char *kill_at = getenv ("FAULT_KILL"), *path = getenv ("FAULT_CONTROL");

    clock_gettime (CLOCK_MONOTONIC, &born);
    if (kill_at)
        sscanf (kill_at, "%63[^:]:%d", point, &point_countdown);
    if (getenv ("FAULT_DEFECT"))
        defect = getenv ("FAULT_DEFECT");
    if (getenv ("FAULT_CLOCK"))
        clock_jump = atol (getenv ("FAULT_CLOCK"));
    if (getenv ("FAULT_SLOW"))
        slow = (unsigned)atoi (getenv ("FAULT_SLOW"));
    if (getenv ("FAULT_TICK"))
        tick = atoi (getenv ("FAULT_TICK"));
    int fd = path ? open (path, O_RDWR) : -1;
    if (fd >= 0) {
        void *map = mmap (NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close (fd);
        control = map == MAP_FAILED ? NULL : map;
    }
}

/* Points */

static void
reach (const char *stage, const char *moment)
{
    char name[64];
    const char *log = getenv ("FAULT_LOG");

    snprintf (name, sizeof name, "%s%s", stage, moment);
    if (strcmp (name, point) != 0 || __atomic_sub_fetch (&point_countdown, 1, __ATOMIC_SEQ_CST))
        return;
    int fd = log ? open (log, O_WRONLY | O_APPEND | O_CREAT, 0644) : -1;
    if (fd >= 0)
        dprintf (fd, "%s\n", name);
    kill (getpid (), SIGKILL);
    pause ();
}

static bool
starts (const void *data, size_t length, const char *text)
{
    return length >= strlen (text) && memcmp (data, text, strlen (text)) == 0;
}

static bool
holds (const void *data, size_t length, const char *text)
{
    return memmem (data, length, text, strlen (text)) != NULL;
}

/* n-th call */

static bool
fails (Call call)
{
    if (!control || __atomic_load_n (&control->call, __ATOMIC_SEQ_CST) != (int32_t)call)
        return false;
    int32_t left = __atomic_sub_fetch (&control->countdown, 1, __ATOMIC_SEQ_CST);
    if (left != 0 && !(left < 0 && control->lasts))
        return false;
    __atomic_add_fetch (&control->injected, 1, __ATOMIC_SEQ_CST);
    errno = control->number;
    return true;
}

static bool
is_file (int fd)
{
    struct stat status;

    return fstat (fd, &status) == 0 && S_ISREG (status.st_mode);
}

static const char *
stage_of (int fd)
{
    char link[64], path[4096];

    snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink (link, path, sizeof path - 1);
    if (length < 0)
        return "";
    path[length] = '\0';
    return strstr (path, "audit") && strstr (path, ".jsonl") ? "audit" : "";
}

/* Where a write fails halfway, and where the process ends within it. */
static bool
cuts (int fd, const void *data, size_t length, size_t *ret_length)
{
    (void)data;
    *ret_length = length;
    if (!is_file (fd))
        return false;
    if (strcmp (point, "audit-torn") == 0 && strcmp (stage_of (fd), "audit") == 0)
        *ret_length = length / 2;
    if (!fails (CALL_WRITE))
        return false;
    if (control->number != -1)
        return true;
    *ret_length = length > 1 ? length / 2 : length;
    return false;
}

ssize_t
write (int fd, const void *data, size_t length)
{
    size_t some;

    if (unmarked && starts (data, length, "a")) {
        reach ("guard", "-before-accept");
        ssize_t done = REAL (write) (fd, data, length);
        reach ("guard", "-after-accept");
        unmarked = false;
        return done;
    }
    if (cuts (fd, data, length, &some))
        return -1;
    return REAL (write) (fd, data, some);
}

/* libmilter's way to answer: length, then command. */
ssize_t
writev (int fd, const struct iovec *parts, int count)
{
    bool accepts = unmarked && count > 0 && parts[0].iov_len == 5 &&
                   ((const char *)parts[0].iov_base)[4] == 'a';

    if (accepts)
        reach ("guard", "-before-accept");
    ssize_t done = REAL (writev) (fd, parts, count);
    if (accepts) {
        reach ("guard", "-after-accept");
        unmarked = false;
    }
    return done;
}

static ssize_t
write_at (int fd, const void *data, size_t length, off_t offset)
{
    size_t some;

    if (cuts (fd, data, length, &some))
        return -1;
    ssize_t done = REAL (pwrite) (fd, data, some, offset);
    if (some != length && control == NULL)
        reach ("audit", "-torn");
    return done;
}

ssize_t
pwrite (int fd, const void *data, size_t length, off_t offset)
{
    return write_at (fd, data, length, offset);
}

ssize_t
pwrite64 (int fd, const void *data, size_t length, off64_t offset)
{
    return write_at (fd, data, length, offset);
}

/* Short and long ones, each as likely as the other. */
static void
take_time (void)
{
    static unsigned turn;

    if (slow)
        usleep (1000 * (__atomic_add_fetch (&turn, 7, __ATOMIC_SEQ_CST) % (slow + 1)));
}

int
fdatasync (int fd)
{
    const char *stage = stage_of (fd);

    if (fails (CALL_SYNC))
        return -1;
    take_time ();
    reach (stage, "-before-sync");
    int done = REAL (fdatasync) (fd);
    reach (stage, "-after-sync");
    return done;
}

int
fsync (int fd)
{
    if (fails (CALL_SYNC))
        return -1;
    take_time ();
    return REAL (fsync) (fd);
}

int
rename (const char *from, const char *to)
{
    return fails (CALL_RENAME) ? -1 : REAL (rename) (from, to);
}

/* SQLite commits by this. */
int
unlink (const char *path)
{
    bool retention = strstr (path, "/audit-") && strstr (path, ".jsonl");

    if (fails (CALL_UNLINK))
        return -1;
    if (retention)
        reach ("retention", "-before");
    int status = REAL (unlink) (path);
    if (retention)
        reach ("retention", "-after");
    return status;
}

int
poll (struct pollfd *items, nfds_t count, int timeout)
{
    return REAL (poll) (items, count, tick && timeout > 59000 && timeout <= 60000 ? tick : timeout);
}

int
connect (int fd, const struct sockaddr *name, socklen_t length)
{
    if (name->sa_family == AF_INET && fails (CALL_CONNECT))
        return -1;
    /* What fails for good is rare: for that point the second port refuses. */
    if (name->sa_family == AF_INET && strncmp (point, "failed", 6) == 0) {
        errno = ECONNREFUSED;
        return -1;
    }
    return REAL (connect) (fd, name, length);
}

int
open (const char *path, int flags, ...)
{
    static int (*real) (const char *, int, ...);
    va_list args;

    va_start (args, flags);
    mode_t mode = va_arg (args, mode_t);
    va_end (args);
    if (!real)
        real = find_real ("open");
    return fails (CALL_OPEN) ? -1 : real (path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
    static int (*real) (const char *, int, ...);
    va_list args;

    va_start (args, flags);
    mode_t mode = va_arg (args, mode_t);
    va_end (args);
    if (!real)
        real = find_real ("open64");
    return fails (CALL_OPEN) ? -1 : real (path, flags, mode);
}

/* The submission client and the LMTP server. */
ssize_t
send (int fd, const void *data, size_t length, int flags)
{
    const char *stage = holds (data, length, "MAIL FROM:")            ? "submit-mail"
                        : starts (data, length, "X-Licet-Copy: ")     ? "submit-data"
                        : starts (data, length, ".\r\n")              ? "submit-dot"
                        : holds (data, length, "250 2.0.0 submitted") ? "reply"
                                                                      : "";
    if (fails (CALL_SEND)) {
        if (control->number != -1)
            return -1;
        return REAL (send) (fd, data, length > 1 ? length / 2 : length, flags);
    }
    reach (stage, "-before");
    ssize_t done = REAL (send) (fd, data, length, flags);
    reach (stage, "-after");
    return done;
}

ssize_t
recv (int fd, void *data, size_t length, int flags)
{
    if (fails (CALL_RECEIVE)) {
        if (control->number != -1)
            return -1;
        return REAL (recv) (fd, data, 1, flags);
    }
    ssize_t done = REAL (recv) (fd, data, length, flags);
    if (done > 0 && holds (data, (size_t)done, "queued as "))
        reach ("submit", "-after-250");
    return done;
}

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t count, size_t size);
extern void *__libc_realloc (void *pointer, size_t size);

void *
malloc (size_t size)
{
    return fails (CALL_ALLOCATE) ? NULL : __libc_malloc (size);
}

void *
calloc (size_t count, size_t size)
{
    return fails (CALL_ALLOCATE) ? NULL : __libc_calloc (count, size);
}

void *
realloc (void *pointer, size_t size)
{
    return fails (CALL_ALLOCATE) ? NULL : __libc_realloc (pointer, size);
}

/* libmilter */

int
smfi_insheader (void *ctx, int index, char *name, char *value)
{
    bool routes = strcmp (name, "X-Licet-Route") == 0;
    int (*real) (void *, int, char *, char *) = find_real ("smfi_insheader");

    if (routes)
        reach ("route", "-before");
    int done = real (ctx, index, name, value);
    if (routes)
        reach ("route", "-after");
    else
        reach ("in-place", "-half");
    return done;
}

int
smfi_chgheader (void *ctx, char *name, int index, char *value)
{
    int (*real) (void *, char *, int, char *) = find_real ("smfi_chgheader");
    bool takes_mark = strcmp (name, "X-Licet-Copy") == 0;

    if (takes_mark)
        reach ("guard", "-before-unmark");
    int done = real (ctx, name, index, value);
    unmarked = unmarked || takes_mark;
    return done;
}

/* SQLite: the journal's transactions and single statements by their first words. */

static const char *
stage_of_statement (const char *sql)
{
    if (!sql)
        return "";
    if (strncmp (sql, "INSERT INTO journal", 19) == 0 && strstr (sql, "SET state = 'submitted'"))
        return "submitted";
    if (strncmp (sql, "DELETE FROM journal WHERE queue_id", 34) == 0)
        return strstr (sql, "'guarded'") ? "abandon" : "failed";
    return "";
}

int
sqlite3_step (sqlite3_stmt *statement)
{
    const char *sql = sqlite3_sql (statement);
    const char *stage = stage_of_statement (sql);

    if (sql && strncmp (sql, "INSERT INTO attempts", 20) == 0)
        transaction = "begin";
    if (sql && strncmp (sql, "SELECT digest, held", 19) == 0)
        transaction = "admit";
    reach (stage, "-before");
    int done = REAL (sqlite3_step) (statement);
    reach (stage, "-after");
    return done;
}

int
sqlite3_exec (sqlite3 *database, const char *sql, int (*callback) (void *, int, char **, char **),
              void *data, char **error)
{
    bool commits = strcmp (sql, "COMMIT") == 0 && transaction;
    const char *stage = transaction;

    if (commits)
        reach (stage, "-before-commit");
    int done = REAL (sqlite3_exec) (database, sql, callback, data, error);
    if (commits)
        reach (stage, "-after-commit");
    if (strcmp (sql, "COMMIT") == 0 || strcmp (sql, "ROLLBACK") == 0)
        transaction = NULL;
    return done;
}

/* Defects: "no-guard" forgets what was let in; "no-journal" forgets what was submitted; "early"
 * says submitted when it begins. */
static char *
rewrite_sql (const char *sql)
{
    static const struct {
        const char *defect, *from, *to;
    } rows[] = {
        { "no-guard", "SET state = 'guarded', submitted_queue_id = ?3", "SET state = state" },
        { "no-journal", "WHERE queue_id = ?1 AND recipient = ?2",
          "WHERE queue_id = ?1 AND recipient = ?2 AND state = 'begun'" },
        { "no-journal", "at = unixepoch() WHERE state = 'begun'",
          "at = unixepoch(), state = 'begun'" },
        { "early", "VALUES (?1, ?2, 'begun', ?3", "VALUES (?1, ?2, 'submitted', ?3" },
        { "early", "AND state != 'submitted' AND state = 'begun'", "" },
        { "early", "SELECT state, submitted_queue_id,", "SELECT state, 'EARLY'," },
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *at = strstr (sql, rows[i].from);
        char *changed = NULL;
        if (strcmp (rows[i].defect, defect) != 0 || !at)
            continue;
        if (asprintf (&changed, "%.*s%s%s", (int)(at - sql), sql, rows[i].to,
                      at + strlen (rows[i].from)) >= 0)
            return changed;
    }
    return strdup (sql);
}

int
sqlite3_prepare_v3 (sqlite3 *database, const char *sql, int length, unsigned flags,
                    sqlite3_stmt **statement, const char **tail)
{
    bool ours = *defect && (strstr (sql, "journal") || strstr (sql, "attempts"));
    char *changed = ours ? rewrite_sql (sql) : NULL;
    int done = REAL (sqlite3_prepare_v3) (database, changed ? changed : sql, length, flags,
                                          statement, tail);

    free (changed);
    return done;
}

/* The wall clock, for licetd, GLib and SQLite alike. */

static time_t
jump (void)
{
    static int (*real) (clockid_t, struct timespec *);
    struct timespec now;

    if (!clock_jump)
        return 0;
    if (!real)
        real = find_real ("clock_gettime");
    real (CLOCK_MONOTONIC, &now);
    double age = (double)(now.tv_sec - born.tv_sec) + (double)(now.tv_nsec - born.tv_nsec) / 1e9;
    return age < 0.4 ? 0 : clock_jump;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
    static int (*real) (clockid_t, struct timespec *);

    if (!real)
        real = find_real ("clock_gettime");
    int done = real (clock, now);
    if (clock == CLOCK_REALTIME)
        now->tv_sec += jump ();
    return done;
}

int
gettimeofday (struct timeval *now, void *zone)
{
    static int (*real) (struct timeval *, void *);

    if (!real)
        real = find_real ("gettimeofday");
    int done = real (now, zone);
    now->tv_sec += jump ();
    return done;
}

time_t
time (time_t *ret)
{
    struct timespec now;

    clock_gettime (CLOCK_REALTIME, &now);
    if (ret)
        *ret = now.tv_sec;
    return now.tv_sec;
}
