/* SPDX-License-Identifier: BSD-2-Clause */

#include "answer.h"

#include <string.h>

#include "audit_pages.h"
#include "licet/error.h"
#include "licet/log.h"
#include "licet/withdrawal.h"
#include "page.h"

enum { RETRY_SECONDS = 120, RATE_SECONDS = 60 };

/* One request under way. */
typedef struct {
    Site *site;
    const WebRequest *request;
    SiteState *state;
    ConsentStore *store; /* entered; or NULL */
    bool failed;
    TokenBearer *bearer; /* NULL: none, or a forged one */
    int64_t now;
    PageOf page;
} Visit;

static void
visit_clear (Visit *visit)
{
    if (visit->store)
        site_leave (visit->site, visit->store, visit->failed);
    token_bearer_free (visit->bearer);
    site_state_unref (visit->state);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

static bool
has_method (const WebRequest *request, const char *method)
{
    return strcmp (request->method, method) == 0;
}

static bool
only_reads (const WebRequest *request)
{
    return has_method (request, "GET") || has_method (request, "HEAD");
}

static WebReply *
say_message (Visit *visit, SiteCounter counter, unsigned status, TextId heading)
{
    site_count (visit->site, counter);
    return page_message (&visit->page, status, heading, heading + 1);
}

/* 503, never "done": who reads it tries again, a person or a mailbox provider. The reason is for
 * the admin. */
static WebReply *
say_not_yet (Visit *visit, const GError *cause)
{
    visit->failed = true;
    log_warning (NULL, "consent: %s", cause->message);
    WebReply *reply = say_message (visit, SITE_UNAVAILABLE, 503, TEXT_NOT_YET);
    reply->retry_after = RETRY_SECONDS;
    return reply;
}

/* In the person's language, once it is known. */
static Standing *
ask_standing (Visit *visit, const char *const *purposes, GError **error)
{
    visit->store = site_enter (visit->site, error);
    if (!visit->store)
        return NULL;
    Standing *standing =
        standing_ask (visit->store, visit->bearer->address, purposes, visit->now, error);

    if (standing)
        visit->page.texts = texts_choose (standing->language, visit->request->accept_language);
    return standing;
}

static bool
record (Visit *visit, const char *const *purposes, const char *source, GError **error)
{
    bool one_click = strcmp (source, "one-click") == 0;
    g_autofree char *wording = one_click ? NULL : texts_version (visit->page.texts);
    g_autofree char *evidence = g_strdup_printf (
        "%s; token for %s under key %s", one_click ? "RFC 8058 POST" : "button of the page",
        visit->bearer->purpose, visit->bearer->key);
    WithdrawalProof proof = { source, wording, evidence, NULL };

    return withdrawal_record (visit->store, visit->bearer->address, purposes, &proof,
                              visit->now, error);
}

static WebReply *
withdraw (Visit *visit, const char *const *purposes, const char *source)
{
    g_autoptr (GError) cause = NULL;
    g_autoptr (Standing) standing = ask_standing (visit, purposes, &cause);

    if (!standing || !record (visit, purposes, source, &cause))
        return say_not_yet (visit, cause);
    bool one_click = strcmp (source, "one-click") == 0;
    site_count (visit->site, one_click ? SITE_ONE_CLICKS : SITE_PAGE_WITHDRAWALS);
    return page_done (&visit->page, purposes);
}

static WebReply *
answer_unsubscribe (Visit *visit)
{
    const GPtrArray *fields = visit->request->fields;
    const char *const purposes[] = { visit->bearer->purpose, NULL };

    if (only_reads (visit->request)) {
        g_autoptr (Standing) standing = ask_standing (visit, purposes, NULL);
        visit->failed = !standing;
        site_count (visit->site, SITE_PAGES);
        /* Who looks again whether it was done; beside a suppression their own no is still asked for. */
        bool done = standing && !standing->suppressed &&
                    standing_has_stopped (standing, visit->bearer->purpose);
        return done ? page_done (&visit->page, purposes) : page_unsubscribe (&visit->page);
    }
    if (form_has (fields, "List-Unsubscribe", "One-Click"))
        return withdraw (visit, purposes, "one-click");
    if (form_has (fields, "confirm", "yes"))
        return withdraw (visit, purposes, "unsubscribe-page");
    return say_message (visit, SITE_BAD_REQUESTS, 400, TEXT_BAD_REQUEST);
}

/* The boxes that were ticked and that there are; NULL-terminated, borrowed. */
static GPtrArray *
list_chosen (const GPtrArray *fields)
{
    GPtrArray *chosen = g_ptr_array_new ();

    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++)
        if (form_has (fields, "stop", purpose_word (purpose)))
            g_ptr_array_add (chosen, (void *)purpose_word (purpose));
    if (form_has (fields, "stop", "tracking"))
        g_ptr_array_add (chosen, (void *)"tracking");
    g_ptr_array_add (chosen, NULL);
    return chosen;
}

static WebReply *
show_choices (Visit *visit, bool nothing_chosen)
{
    static const char *const all[] = { "*", NULL };
    g_autoptr (GError) cause = NULL;
    g_autoptr (Standing) standing = ask_standing (visit, all, &cause);

    if (!standing)
        return say_not_yet (visit, cause);
    site_count (visit->site, SITE_PAGES);
    return page_choices (&visit->page, standing,
                         nothing_chosen ? visit->page.texts->texts[TEXT_NOTHING_CHOSEN] : NULL);
}

static WebReply *
answer_choices (Visit *visit)
{
    static const char *const all[] = { "*", NULL };
    const GPtrArray *fields = visit->request->fields;

    if (only_reads (visit->request))
        return show_choices (visit, false);
    if (form_has (fields, "all", "yes"))
        return withdraw (visit, all, "preference-page");
    if (!form_has (fields, "choose", "yes"))
        return say_message (visit, SITE_BAD_REQUESTS, 400, TEXT_BAD_REQUEST);
    g_autoptr (GPtrArray) chosen = list_chosen (fields);
    return chosen->len > 1
               ? withdraw (visit, (const char *const *)chosen->pdata, "preference-page")
               : show_choices (visit, true);
}

/* A mailbox provider sends the one-clicks of many people from few addresses. */
static bool
is_one_click (const Visit *visit)
{
    return visit->bearer && has_method (visit->request, "POST") &&
           form_has (visit->request->fields, "List-Unsubscribe", "One-Click");
}

static WebReply *
say_too_many (Visit *visit)
{
    WebReply *reply = say_message (visit, SITE_LIMITED, 429, TEXT_TOO_MANY);

    reply->retry_after = RATE_SECONDS;
    return reply;
}

static WebReply *
answer_bearer (Visit *visit, WebReply *(*answer) (Visit *visit))
{
    if (!only_reads (visit->request) && !has_method (visit->request, "POST")) {
        WebReply *reply = say_message (visit, SITE_BAD_REQUESTS, 405, TEXT_BAD_REQUEST);
        reply->allow = "GET, HEAD, POST";
        return reply;
    }
    if (!is_one_click (visit) && !site_allows (visit->site, visit->request->client))
        return say_too_many (visit);
    if (!visit->bearer)
        return say_message (visit, SITE_BAD_TOKENS, 404, TEXT_BAD_LINK);
    if (visit->request->too_large)
        return say_message (visit, SITE_LIMITED, 413, TEXT_BAD_REQUEST);
    return answer (visit);
}

static WebReply *
answer_health (Visit *visit)
{
    static const char *const nobody[] = { "nobody@health.invalid", NULL };
    g_autofree char *failure = NULL;

    visit->store = visit->state->tokens ? site_enter (visit->site, NULL) : NULL;
    g_autoptr (GPtrArray) records =
        visit->store
            ? consent_ask (visit->store, nobody, PURPOSE_NEWSLETTER, visit->now, &failure)
            : NULL;
    bool well = !visit->state->tokens || (records && !failure);

    visit->failed = !well;
    WebReply *reply =
        web_reply_new (well ? 200 : 503, "text/plain; charset=utf-8",
                       g_strdup (well ? "ok\n" : "the consent store does not answer\n"));
    reply->retry_after = well ? 0 : RETRY_SECONDS;
    return reply;
}

static bool
is_audit (const char *path)
{
    return strcmp (path, "/audit") == 0 || g_str_has_prefix (path, "/audit/");
}

/* Who read what is told, since the log is about people. */
static WebReply *
answer_auditor (Visit *visit)
{
    const WebRequest *request = visit->request;
    const char *name = auditors_find (visit->state->auditors, request->authorization);
    bool known = only_reads (request) || has_method (request, "POST");

    if (!site_allows (visit->site, request->client))
        return say_too_many (visit);
    if (!name) {
        site_count (visit->site, SITE_STRANGERS);
        return audit_pages_stranger (visit->state->settings, request);
    }
    if (!known || request->too_large)
        return say_message (visit, SITE_BAD_REQUESTS, known ? 413 : 405, TEXT_BAD_REQUEST);
    if (!site_begin_reading (visit->site))
        return audit_pages_busy (visit->state->settings, request);
    site_count (visit->site, SITE_AUDIT_PAGES);
    log_info (NULL, "audit: auditor=%s method=%s path=%s", name, request->method,
              request->path);
    WebReply *reply = audit_pages_answer (visit->state->settings, request, visit->now);
    site_end_reading (visit->site);
    return reply;
}

static WebReply *
answer_here (Visit *visit)
{
    const WebRequest *request = visit->request;
    bool here = !request->forwarded && only_reads (request);

    if (here && strcmp (request->path, "/healthz") == 0)
        return answer_health (visit);
    if (here && strcmp (request->path, "/metrics") == 0)
        return web_reply_new (200, "text/plain; version=0.0.4; charset=utf-8",
                              site_metrics (visit->site));
    if (visit->state->auditors && is_audit (request->path))
        return answer_auditor (visit);
    if (!site_allows (visit->site, request->client))
        return say_too_many (visit);
    return say_message (visit, SITE_BAD_REQUESTS, 404, TEXT_NOT_FOUND);
}

WebReply *
web_answer (Site *site, const WebRequest *request, int64_t now)
{
    g_auto (Visit) visit = { .site = site, .request = request, .now = now };
    bool unsubscribe = g_str_has_prefix (request->path, "/u/");
    bool choices = g_str_has_prefix (request->path, "/p/");
    const char *token = unsubscribe || choices ? request->path + 3 : NULL;

    visit.state = site_state (site);
    visit.bearer = token && visit.state->tokens ? tokens_read (visit.state->tokens, token) : NULL;
    visit.page = (PageOf){
        .texts = texts_choose (NULL, request->accept_language),
        .settings = visit.state->settings,
        .address = visit.bearer ? visit.bearer->address : NULL,
        .purpose = visit.bearer ? visit.bearer->purpose : NULL,
        .token = token,
    };
    if (unsubscribe)
        return answer_bearer (&visit, answer_unsubscribe);
    return choices ? answer_bearer (&visit, answer_choices) : answer_here (&visit);
}
