/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_SANDBOX_H
#define LICET_SIGN_SANDBOX_H

#include <glib.h>

/*
 * Runs a function in a child process of its own, so that neither a fault nor a loop of a library
 * reaches this process: bounded memory, processor time, no files, killed at the deadline. Only
 * for a process with one thread.
 */
typedef struct {
    unsigned milliseconds; /* wall clock */
    unsigned seconds;      /* processor time */
    size_t memory;         /* bytes of address space */
    size_t answer;         /* longest answer */
} SandboxLimits;

/* What is to run there. Caller of the function frees. */
typedef GBytes *(*SandboxFunction) (const void *data);

/* The function's answer. UNAVAILABLE when it was killed, LIMIT when its answer is too long,
 * INTERNAL when it crashed. */
GBytes *sandbox_run (SandboxFunction function, const void *data, const SandboxLimits *limits,
                     GError **error);

#endif
