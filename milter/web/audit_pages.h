/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_AUDIT_PAGES_H
#define WEB_AUDIT_PAGES_H

#include "exchange.h"
#include "licet/settings.h"
#include "story.h"

/*
 * The log for an auditor: a search, and one record's whole story. Reads the files of audit_log and,
 * for an address, the state file; writes nothing.
 *
 *   GET  /audit          the form
 *   POST /audit          the newest records that fit; a form, so that no address stands in a URL
 *   GET  /audit/NUMBER   one record
 */
WebReply *audit_pages_answer (const Settings *settings, const WebRequest *request, int64_t now);

/* For who has no token (401), and while another search runs (503). */
WebReply *audit_pages_stranger (const Settings *settings, const WebRequest *request);
WebReply *audit_pages_busy (const Settings *settings, const WebRequest *request);

#endif
