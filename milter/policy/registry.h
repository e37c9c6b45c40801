/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_REGISTRY_H
#define LICET_POLICY_REGISTRY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The extract of a public registry of addresses (Robinson lists, İYS), as a file:
 *
 *   extracted,2026-11-20T00:00:00Z
 *   ana@example.org
 *   @example.at
 *   3f2a… (SHA-256 of a normalised address, 64 hex digits)
 *
 * More columns, empty lines and lines that begin with "#" say nothing. In memory an entry is 16
 * bytes of its hash. A file that cannot be read or understood makes a registry that cannot
 * answer, and says why; it never passes for an empty one.
 */
typedef struct Registry Registry;

Registry *registry_load (const char *name, const char *path);
void registry_free (Registry *registry);

const char *registry_name (const Registry *registry);
/* Why it cannot answer, or NULL. */
const char *registry_failure (const Registry *registry);
/* When the extract was made. */
int64_t registry_extracted (const Registry *registry);
/* Whether the normalised address, or all of its domain, is listed. */
bool registry_lists (const Registry *registry, const char *address);

#endif
