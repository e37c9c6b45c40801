/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_AUDIT_H
#define LICET_TOOL_AUDIT_H

#include <glib.h>

#include "licet/audit_read.h"
#include "tool.h"

/* What the subcommands of `licet audit` share. */
typedef struct {
    char *config, *log, *state, *out, *format, *language, *mails, *policies, *consent;
    char **checkpoints, **keys;
    /* search */
    char *since, *until, *queue_id, *rule, *territory, *outcome, *sender, *purpose, *class;
    char *address, *record;
    int lines, unused;
    gboolean json, follow, addresses, first;
    Settings *settings;
    char *subject; /* of the address */
} AuditOptionsTool;

void audit_options_clear (AuditOptionsTool *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AuditOptionsTool, audit_options_clear)

const char *audit_log_path (const AuditOptionsTool *options);
const char *audit_state_path (const AuditOptionsTool *options);

/* The filter that the options describe; borrows from them. False after having printed what is
 * wrong; *ret_status is the exit status then. An address without a pseudonym fits nothing. */
bool audit_filter (AuditOptionsTool *options, AuditFilter *ret_filter, int *ret_status);

/* Says on stderr what else may have been meant: another rule when none was found, and the other word where
 * decisions and hand-overs have one each. */
void audit_hint (const AuditOptionsTool *options, const GPtrArray *files, uint64_t found);

/* The verdict on the log of the options. */
AuditVerdict *audit_verdict (const AuditOptionsTool *options, GError **error);

/* operand: what follows the subcommand, or NULL. */
int audit_do_verify (AuditOptionsTool *options, const char *operand);
int audit_do_find (AuditOptionsTool *options, const char *operand);
int audit_do_erase (AuditOptionsTool *options, const char *operand);
int audit_do_search (AuditOptionsTool *options, const char *operand);
int audit_do_tail (AuditOptionsTool *options, const char *operand);
int audit_do_report (AuditOptionsTool *options, const char *operand);
int audit_do_replay (AuditOptionsTool *options, const char *operand);
int audit_do_show (AuditOptionsTool *options, const char *operand);
int audit_do_export (AuditOptionsTool *options, const char *operand);

#endif
