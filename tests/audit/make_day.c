/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A day of mail through the pipeline into a log, without sockets: make_day CONFIG COUNT DATE
 * [MAILS]. MAILS is a directory where each message is kept, for `licet audit replay`. Who gets
 * what is drawn from the number of the message alone; from noon on the gym sends its offers within receipts.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "licet/audit.h"
#include "licet/clock.h"
#include "licet/engine.h"
#include "licet/error.h"
#include "licet/pipeline.h"
#include "licet/quota.h"

enum { PEOPLE = 500, KEEN = 15, DAY_SECONDS = 24 * 3600 };

static const char *const senders[] = { "shop.example", "books.shop.example", "travel.example",
                                       "bank.example", "gym.example" };
static const char *const domains[] = { "example.com", "example.net", "example.org" };

#define ORDER                                                                                  \
    "<p>Thank you for your order #N of 24 November 2026.</p>\r\n<table><tr><td>1 rain coat, "  \
    "size M</td><td>59.00 EUR</td></tr><tr><td>Shipping</td><td>4.90 EUR</td></tr><tr><td>"    \
    "Total</td><td>63.90 EUR</td></tr></table>\r\n<p>It arrives within three days.</p>\r\n"
#define OFFER                                                                                  \
    "<div><h2>Save 30 % on all umbrellas this week only!</h2><p>Discover the new collection "  \
    "and <a href=\"https://shop.example/sale\">buy now</a> with code RAIN#N.</p></div>\r\n"
#define GOODBYE                                                                                \
    "<p><a href=\"https://shop.example/u?#N\">Unsubscribe</a> Shop Example GmbH, "             \
    "Hauptstrasse "                                                                            \
    "1, 10115 Berlin, service@shop.example</p>\r\n"

/* What #N stands for is the number of the message. */
static const struct {
    const char *subject, *purpose, *body;
} kinds[] = {
    { "Your order #N", "receipt", ORDER },
    { "Your order #N", "receipt, cross-sell",
      ORDER "<!-- licet:promotional -->" OFFER "<!-- /licet:promotional -->" GOODBYE },
    { "30 % off, today only! No. #N", "offer", OFFER OFFER OFFER GOODBYE },
    { "Your password was changed", "account",
      "<p>Your password was changed. If that was not you, write to us at once. Reference "
      "#N.</p>" },
    { "Your receipt #N", "receipt", ORDER OFFER GOODBYE },
    { "Parcel #N was sent", "shipping",
      "<p>Your parcel #N is on its way.</p><p>Follow it in your account. Order number "
      "#N.</p>" },
    { "Your receipt #N", "receipt", ORDER OFFER GOODBYE },
};

enum { NEWSLETTER = 2, DISGUISED = 6, LETTER, DRAWN = 6, LETTER_EVERY = 19 };

static GBytes *
make_letter (unsigned number, const char *sender)
{
    char *letter = g_strdup_printf (
        "From: Erika Beispiel <erika@%s>\r\nTo: Dave <you@example.com>\r\n"
        "Subject: Re: The minutes\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
        "Message-ID: <%u@%s>\r\nIn-Reply-To: <a%u@example.com>\r\n\r\n"
        "Hello Dave,\r\n\r\nhere are the minutes of our meeting no. %u. Tell me if I forgot "
        "anything.\r\n\r\nBest wishes\r\nErika\r\n",
        sender, number, sender, number, number);

    return g_bytes_new_take (letter, strlen (letter));
}

static GBytes *
make_mail (unsigned number, unsigned kind, const char *sender)
{
    g_autoptr (GString) mail = g_string_new (NULL);
    g_autofree char *digits = g_strdup_printf ("%u", number);
    bool malformed = number % 997 == 13, promotion = kind == NEWSLETTER;

    g_string_append_printf (mail, "From: Shop <orders@%s>\r\nTo: You <you@example.com>\r\n",
                            sender);
    if (malformed)
        g_string_append (mail, "Bad: a\rb\r\n");
    g_string_append_printf (mail,
                            "Subject: %s\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
                            "Message-ID: <#N@%s>\r\nMIME-Version: 1.0\r\n"
                            "Content-Type: text/html; charset=utf-8\r\n"
                            "X-Licet-Purpose: %s\r\n%s\r\n%s",
                            kinds[kind].subject, sender, kinds[kind].purpose,
                            !promotion         ? ""
                            : number % 17 == 0 ? "X-Licet-Campaign: december\r\n"
                                               : "X-Licet-Campaign: november\r\n",
                            kinds[kind].body);
    g_string_replace (mail, "#N", digits, 0);
    return g_string_free_to_bytes (g_steal_pointer (&mail));
}

typedef struct {
    Engine *engine;
    Audit *audit;
    Ledger *ledger;
    Contacts *contacts;
    Quotas *quotas;
    unsigned count;
    const char *mails;
} Day;

static Envelope *
make_envelope (unsigned number, const char *sender, int64_t now)
{
    Envelope *envelope = envelope_new ();
    g_autofree char *from = g_strdup_printf ("orders@%s", sender);
    unsigned count = number % 11 == 0 ? 3 : 1;

    envelope->queue_id = g_strdup_printf ("4cD%05X", number);
    envelope->sender = envelope_path_new (from, "");
    envelope->arrival = now;
    for (unsigned i = 0; i < count; i++) {
        unsigned person = (number * 7919 + i * 131) % (number % 7 == 1 ? KEEN : PEOPLE);
        g_autofree char *to = g_strdup_printf ("p%u@%s", person, domains[person % 3]);
        g_ptr_array_add (envelope->recipients, envelope_path_new (to, ""));
    }
    return envelope;
}

static bool
hand_over (const Day *day, const Envelope *envelope, const Plan *plan, int64_t now,
           GError **error)
{
    for (unsigned i = 0; i < plan->decisions->len; i++) {
        const Decision *decision = plan_decision (plan, i);
        bool sent = plan_variant_of (plan, i) >= 0;
        const char *outcome = sent                                 ? "submitted"
                              : decision->outcome == OUTCOME_DEFER ? "deferred"
                                                                   : "refused";
        g_autofree char *copy = sent ? g_strdup_printf ("%sX%u", envelope->queue_id, i) : NULL;
        if (!audit_outcome (day->audit, day->ledger, envelope, i, outcome,
                            sent ? "250 2.0.0 submitted" : decision->reply, copy, now, error))
            return false;
    }
    return true;
}

/* As the daemon does: what left, and what was delivered with promotion in it. */
static bool
count_sent (const Day *day, const Envelope *envelope, const Plan *plan, int64_t now,
            GError **error)
{
    for (unsigned i = 0; i < plan->decisions->len; i++) {
        const Decision *decision = plan_decision (plan, i);
        const Contact contact = { now, decision->purpose };
        if (plan_variant_of (plan, i) >= 0)
            quota_hold_commit (plan->quotas, i);
        if (decision->outcome == OUTCOME_DELIVER &&
            decision->legal_class == CLASS_PROMOTIONAL &&
            !contacts_add (day->contacts, decision->facts->names[0], envelope->queue_id,
                           &contact, error))
            return false;
    }
    return true;
}

static unsigned
draw_kind (const Day *day, unsigned number, const char *sender)
{
    unsigned kind = (number * 31 + number / 6) % DRAWN;

    if (number % LETTER_EVERY == 3)
        return LETTER;
    if (strcmp (sender, "gym.example") != 0 || kind % 2 == 0)
        return kind;
    return number < day->count / 2 ? NEWSLETTER : DISGUISED;
}

static bool
run_one (const Day *day, unsigned number, int64_t now, GError **error)
{
    const char *sender = senders[number % G_N_ELEMENTS (senders)];
    unsigned kind = draw_kind (day, number, sender);
    g_autoptr (GBytes) mail =
        kind == LETTER ? make_letter (number, sender) : make_mail (number, kind, sender);
    g_autoptr (Envelope) envelope = make_envelope (number, sender, now);
    g_autoptr (GError) cause = NULL;
    g_autoptr (Plan) plan = pipeline_run (day->engine, envelope, mail, now, &cause);
    AuditFailure failure = { "milter", "pipeline", cause, "550 5.6.0 licet: malformed" };
    bool split = plan && (plan->route == ROUTE_SPLIT || plan->route == ROUTE_DEFER);

    if (day->mails) {
        g_autofree char *path = g_strdup_printf ("%s/%05u.eml", day->mails, number);
        size_t length = 0;
        const char *data = g_bytes_get_data (mail, &length);
        if (!g_file_set_contents (path, data, (gssize)length, error))
            return false;
    }
    if (!plan)
        return audit_failure (day->audit, day->ledger, envelope, &failure, NULL, now, error);
    return audit_decisions (day->audit, day->ledger, envelope, plan, split ? "lmtp" : "milter",
                            NULL, now, error) &&
           count_sent (day, envelope, plan, now, error) &&
           (!split || hand_over (day, envelope, plan, now, error));
}

static bool
open_day (Day *day, const char *config, int64_t start, GError **error)
{
    Settings *settings = settings_load (config, error);

    if (!settings)
        return false;
    g_autofree char *dir = g_path_get_dirname (settings->audit_log);
    g_autofree char *key = g_build_filename (dir, "audit-key.pem", NULL);
    g_autofree char *checkpoints = g_build_filename (dir, "checkpoints", NULL);
    AuditOptions options = { .path = settings->audit_log,
                             .key = key,
                             .checkpoints = checkpoints,
                             .segment_bytes = 8 << 20,
                             .without_sync = true };
    g_autofree char *hash = audit_archive (settings->audit_log, settings->policies, error);
    day->audit = hash ? audit_open (&options, start, error) : NULL;
    day->ledger = day->audit ? ledger_open (settings->state, error) : NULL;
    g_autofree char *counts = g_strconcat (settings->state, ".contacts", NULL);
    day->contacts = day->ledger ? contacts_open (counts, error) : NULL;
    g_autofree char *sent = g_strconcat (settings->state, ".sent", NULL);
    day->quotas = day->contacts ? quotas_open (sent, start, error) : NULL;
    day->engine = day->quotas ? engine_new (settings, error) : NULL;
    if (day->engine) {
        day->engine->contacts = day->contacts;
        day->engine->quotas = day->quotas;
    }
    return day->engine &&
           audit_policies (day->audit, policy_set_version (day->engine->policies), hash, start,
                           error);
}

int
main (int argc, char **argv)
{
    GError *error = NULL;
    Day day = { .mails = argc > 4 ? argv[4] : NULL };
    int64_t start = 0;

    if (argc < 4 || !clock_parse (argv[3], &start, NULL))
        return 64;
    day.count = (unsigned)atoi (argv[2]);
    bool ok = open_day (&day, argv[1], start, &error);
    for (unsigned i = 0; ok && i < day.count; i++)
        ok = run_one (&day, i, start + (int64_t)i * (DAY_SECONDS - 60) / day.count, &error);
    if (!ok)
        fprintf (stderr, "make_day: %s\n", error ? error->message : "?");
    audit_close (day.audit, start + DAY_SECONDS - 30);
    ledger_free (day.ledger);
    engine_unref (day.engine);
    quotas_free (day.quotas);
    contacts_free (day.contacts);
    return ok ? 0 : 1;
}
