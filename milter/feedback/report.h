/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FEEDBACK_REPORT_H
#define FEEDBACK_REPORT_H

#include "licet/message.h"

/* Fields of one group of a machine-readable report (RFC 3464 2.1, RFC 5965 3.1). */
typedef struct ReportFields ReportFields;

/* The groups of the first leaf of a type, or of the other one (NULL: none), in order, at most
 * LIMIT_RECIPIENTS; empty when there is none. Array of ReportFields. Caller frees. */
GPtrArray *report_groups (const Message *message, const char *type, const char *other_type);

/* The first value of a field, unfolded; NULL when there is none. Borrowed. */
const char *report_field (const ReportFields *fields, const char *name);

#endif
