/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_WRITER_H
#define LICET_AUDIT_WRITER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/audit.h"

/* What goes into the files and when: records, checkpoints, new files, retention. For one thread
 * at a time. */
typedef struct Writer Writer;

Writer *writer_open (const AuditOptions *options, int64_t now, GError **error);
bool writer_reopen (Writer *writer, int64_t now, GError **error);
void writer_close (Writer *writer, int64_t now);

/* All of them or none. */
bool writer_append (Writer *writer, const GPtrArray *records, int64_t now, GError **error);
bool writer_tick (Writer *writer, int64_t now, GError **error);
bool writer_has_room (const Writer *writer);
AuditStatus writer_status (const Writer *writer);

#endif
