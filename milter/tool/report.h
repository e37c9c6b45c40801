/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_REPORT_H
#define LICET_TOOL_REPORT_H

#include <glib.h>

#include "licet/envelope.h"
#include "licet/message.h"
#include "licet/plan.h"
#include "tool.h"

/* Plans in words and as JSON, one object per line. All append to text. */

#define TOOL_COMMON_ENTRIES(options)                                                           \
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config, "settings file", "FILE" },       \
        { "policies", 0, 0, G_OPTION_ARG_FILENAME, &options.policies, "directory of policies", \
          "DIR" },                                                                             \
        { "consent", 0, 0, G_OPTION_ARG_STRING, &options.consent, "FILE.csv or sqlite:PATH",   \
          "STORE" },                                                                           \
        { "key",                                                                               \
          0,                                                                                   \
          0,                                                                                   \
          G_OPTION_ARG_STRING_ARRAY,                                                           \
          &options.keys,                                                                       \
          "DKIM key (repeatable)",                                                             \
          "DOMAIN:SELECTOR:FILE" },                                                            \
        { "now", 0, 0, G_OPTION_ARG_STRING, &options.now, "decide as of this time", "TIME" },  \
        { "from", 0, 0, G_OPTION_ARG_STRING, &options.from, "envelope sender", "ADDRESS" },    \
        { "rcpt",                                                                              \
          0,                                                                                   \
          0,                                                                                   \
          G_OPTION_ARG_STRING_ARRAY,                                                           \
          &options.recipients,                                                                 \
          "recipient (repeatable)",                                                            \
          "ADDRESS" },                                                                         \
    {                                                                                          \
        "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "print one JSON object per line", NULL \
    }

/* What the daemon would do with one mail file and the envelope that the options describe. Caller
 * owns all; *ret_envelope and *ret_message are set even on failure, or NULL. */
Plan *report_plan (const ToolOptions *options, const char *path, Envelope **ret_envelope,
                   Message **ret_message, GError **error);

/* The envelope that the options describe. Caller frees. */
Envelope *report_envelope (const ToolOptions *options, int64_t now);

void report_run_json (GString *text, const char *path, const Envelope *envelope,
                      const Plan *plan, const char *dir);
void report_run_text (GString *text, const char *path, const Envelope *envelope,
                      const Message *message, const Plan *plan, const char *dir);
void report_explain_json (GString *text, const char *path, const Envelope *envelope,
                          const Plan *plan, unsigned recipient);
void report_explain_text (GString *text, const Envelope *envelope, const Message *message,
                          const Plan *plan, unsigned recipient);
void report_classify_json (GString *text, const char *path, const Message *message,
                           const Classification *classification);
void report_classify_text (GString *text, const char *path, const Message *message,
                           const Classification *classification);

/* What the promotional passages are: where, how each begins and why it is one. */
void report_passages (GString *text, const Message *message,
                      const Classification *classification);
/* The same of what went from a copy, or that nothing did; then false. */
bool report_cuts (GString *text, const Message *message, const Classification *classification,
                  const Variant *variant);
/* Whether it is one of those, and no other change to the copy. */
bool report_is_cut (const Edit *edit);
/* How the text at the place begins that a problem of a classification names ("part 1.2, byte 104: …"); NULL
 * where it names none. Caller frees. */
char *report_place (const Message *message, const char *problem);
/* How a passage begins, on one line. Caller frees. */
char *report_passage (const Message *message, const Block *block);

#endif
