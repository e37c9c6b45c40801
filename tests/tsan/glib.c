/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Linked into everything with --enable-sanitizer=thread. GLib locks by futex(2) and counts with its
 * own atomics, and is not built with ThreadSanitizer, which therefore sees neither: each function
 * that orders two threads tells it so here, and then does what GLib's own does. GLib's allocator hands
 * memory from one thread to another as well: G_SLICE=always-malloc, which `make check` sets.
 */

#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

#undef g_once_init_enter
#undef g_once_init_leave

/* The function of this name that the library has. */
#define REAL(name) ((__typeof__ (&name))real (#name))

const char *__tsan_default_options (void);
const char *__tsan_default_suppressions (void);

const char *
__tsan_default_options (void)
{
    return "second_deadlock_stack=1:history_size=4";
}

/* GLib's own tables, as of interned strings and of the classes of GMime's objects, are behind locks of its own
 * within the library. libmilter's smfi_stop may find its listener gone, with the mutexes that it locks: they
 * are its globals, and it ends; the thread that waits for its signals is never joined. dkim_init calls
 * res_init(3), which puts the thread's resolver into a list of glibc's own (__resolv_conf_attach): under a
 * lock of glibc's, but the list grows by a realloc(3) that ThreadSanitizer sees, and its futex it does not. No
 * data of ours is in that function's hands. */
const char *
__tsan_default_suppressions (void)
{
    return "called_from_lib:libglib-2.0.so\n"
           "race:g_type_class_ref\n"
           "race:mi_closener\n"
           "race:mi_stop_milters\n"
           "mutex:mi_closener\n"
           "mutex:mi_stop_milters\n"
           "thread:mi_control_startup\n"
           "race:__libc_dynarray_emplace_enlarge\n";
}

static void *
real (const char *name)
{
    return dlsym (RTLD_NEXT, name);
}

void
g_mutex_lock (GMutex *mutex)
{
    __tsan_mutex_pre_lock (mutex, 0);
    REAL (g_mutex_lock) (mutex);
    __tsan_mutex_post_lock (mutex, 0, 0);
}

void
g_mutex_unlock (GMutex *mutex)
{
    __tsan_mutex_pre_unlock (mutex, 0);
    REAL (g_mutex_unlock) (mutex);
    __tsan_mutex_post_unlock (mutex, 0);
}

void
g_mutex_clear (GMutex *mutex)
{
    __tsan_mutex_destroy (mutex, __tsan_mutex_linker_init);
    REAL (g_mutex_clear) (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
    __tsan_mutex_pre_unlock (mutex, 0);
    __tsan_mutex_post_unlock (mutex, 0);
    REAL (g_cond_wait) (cond, mutex);
    __tsan_mutex_pre_lock (mutex, 0);
    __tsan_mutex_post_lock (mutex, 0, 0);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
    __tsan_mutex_pre_unlock (mutex, 0);
    __tsan_mutex_post_unlock (mutex, 0);
    gboolean signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
    __tsan_mutex_pre_lock (mutex, 0);
    __tsan_mutex_post_lock (mutex, 0, 0);
    return signalled;
}

/* Who finds it made by a look needs nothing more: that is the compiler's own atomic. Who waited for
 * another thread to make it does. */
gboolean
g_once_init_enter (volatile void *location)
{
    gboolean first = REAL (g_once_init_enter) (location);

    if (!first)
        __tsan_acquire ((void *)location);
    return first;
}

void
g_once_init_leave (volatile void *location, gsize result)
{
    __tsan_release ((void *)location);
    REAL (g_once_init_leave) (location, result);
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
    __tsan_release (count);
    gboolean last = REAL (g_atomic_ref_count_dec) (count);
    if (last)
        __tsan_acquire (count);
    return last;
}
