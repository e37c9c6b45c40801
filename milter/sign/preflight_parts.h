/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_PREFLIGHT_PARTS_H
#define LICET_SIGN_PREFLIGHT_PARTS_H

#include "dns.h"

#include "licet/preflight.h"

/* What the parts of preflight share: the question, where answers come from, and the report that
 * they fill. Each part settles its own facts of the Authentication. */
typedef struct {
    const PreflightRequest *request;
    DnsSource source;
    const char *organisation; /* organisational domain of From */
    PreflightReport *report;
} Preflight;

void preflight_spf (const Preflight *preflight);
void preflight_dkim (const Preflight *preflight);
void preflight_dmarc (const Preflight *preflight); /* after the two */
void preflight_hosts (const Preflight *preflight); /* PTR and MX */
void preflight_transport (const Preflight *preflight);

/* The whole judgement, for tests on any source; preflight_run does it in a child. Caller frees. */
PreflightReport *preflight_judge (const PreflightRequest *request, const DnsSource *source,
                                  int64_t now);

/* publish may be NULL and is taken. */
void preflight_find (const Preflight *preflight, PreflightGrade grade, const char *check,
                     const char *place, char *publish, const char *format, ...)
    G_GNUC_PRINTF (6, 7);
void preflight_settle (const Preflight *preflight, AuthFact fact, AuthAnswer answer,
                       const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Whether a key decides about the mail of the domain. */
bool preflight_counts (const Preflight *preflight, const SignerKeyUse *key);
bool preflight_has (const Preflight *preflight, AuthFact fact);

/* NULL when DNS did not say, which becomes a finding of that check. */
const DnsAnswer *preflight_ask (const Preflight *preflight, const char *check, const char *name,
                                DnsType type);

/* `name. IN TXT "value"`, in strings of at most 255 bytes. Caller frees. */
char *preflight_txt (const char *name, const char *value);

PreflightRequest *preflight_request_empty (void);
PreflightReport *preflight_report_empty (const char *domain, const char *envelope, int64_t at);

/* Reports between processes. */
GBytes *preflight_report_pack (const PreflightReport *report);
/* INTERNAL when the bytes are none. */
PreflightReport *preflight_report_unpack (GBytes *bytes, GError **error);
GBytes *preflight_request_pack (const PreflightRequest *request, int64_t now);
PreflightRequest *preflight_request_unpack (GBytes *bytes, int64_t *ret_now, GError **error);

/* The packed report of a question in a child process; see preflight_run. */
GBytes *preflight_fork (const PreflightRequest *request, int64_t now, GError **error);

#endif
