/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_ANSWER_H
#define WEB_ANSWER_H

#include <stdint.h>

#include "exchange.h"
#include "site.h"

/*
 * The answer to one request:
 *
 *   GET  /u/TOKEN   a page with a button; changes nothing, like every GET and HEAD
 *   POST /u/TOKEN   List-Unsubscribe=One-Click (RFC 8058), or the page's button: withdraws
 *   GET  /p/TOKEN   the choices of the person
 *   POST /p/TOKEN   withdraws what was chosen
 *   GET  /healthz   200 while the store answers, else 503
 *   GET  /metrics   counters for Prometheus
 *
 *   /audit…         the log's pages, for auditors with a token (audit_pages.h); where there are any
 *
 * Health and metrics are for this host alone: not for requests that a web server passed on. Nothing here
 * can grant. Never NULL; caller frees. Thread-safe.
 */
WebReply *web_answer (Site *site, const WebRequest *request, int64_t now);

#endif
