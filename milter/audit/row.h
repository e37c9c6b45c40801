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
void row_clear (ParsedRow *parsed);

#endif
