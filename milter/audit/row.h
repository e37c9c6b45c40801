/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_ROW_H
#define LICET_AUDIT_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "licet/audit_read.h"

/* A line as a row. What the row borrows lives until row_clear. */
typedef struct {
    AuditRow row;
    void *json;
} ParsedRow;

bool row_parse (ParsedRow *parsed, const char *line, size_t length);
/* What row_parse cannot read, as a row of the kind "unreadable" with its number, when it is a record of
 * a chain: nothing in the log may be there for verify and not for who searches. False otherwise. */
bool row_of_unreadable (ParsedRow *parsed, const char *line, size_t length);
void row_clear (ParsedRow *parsed);

#endif
