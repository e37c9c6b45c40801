/* SPDX-License-Identifier: BSD-2-Clause */

/* licet feedback: one mail to an address for requests, complaints and notices. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/address.h"
#include "licet/digest.h"
#include "licet/error.h"
#include "licet/feedback.h"
#include "licet/limits.h"
#include "licet/withdrawal.h"
#include "tool.h"

typedef struct {
    char *config, *consent, *keys, *extension, *keep, *now;
    gboolean trusts, json;
} Options;

static void
options_clear (Options *options)
{
    g_free (options->config);
    g_free (options->consent);
    g_free (options->keys);
    g_free (options->extension);
    g_free (options->keep);
    g_free (options->now);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What a mail that asks for something is judged with. */
typedef struct {
    Tokens *tokens;
    ConsentStore *store;
    int64_t now;
} Desk;

static void
desk_clear (Desk *desk)
{
    g_clear_pointer (&desk->tokens, tokens_unref);
    g_clear_pointer (&desk->store, consent_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Desk, desk_clear)

static bool
open_desk (const Options *options, Desk *desk, GError **error)
{
    Clock clock = { 0 };
    g_autoptr (Settings) settings = tool_settings (options->config, error);

    desk->now = clock_now (&clock);
    if (!settings || (options->now && !clock_parse (options->now, &desk->now, error)))
        return false;
    const char *keys = options->keys ? options->keys : settings->unsubscribe_keys;
    const char *uri = options->consent ? options->consent : settings->consent;
    if (!*keys || tool_store_is_absent (uri)) {
        g_set_error (error, LICET_ERROR, *keys ? LICET_ERROR_UNAVAILABLE : LICET_ERROR_SETTINGS,
                     "%s: %s", *keys ? uri : "unsubscribe_keys",
                     *keys ? "no such store" : "not set; right would be --keys FILE");
        return false;
    }
    ConsentOptions how = settings_consent_options (settings);
    desk->tokens = tokens_load (keys, settings->keeper, error);
    desk->store = desk->tokens ? consent_open_with (uri, &how, error) : NULL;
    return desk->store != NULL;
}

static bool
withdraw (const Desk *desk, const Feedback *feedback, const TokenBearer *bearer, GError **error)
{
    static const char *const sources[] = { [FEEDBACK_REQUEST] = "mailto",
                                           [FEEDBACK_COMPLAINT] = "complaint",
                                           [FEEDBACK_BOUNCE] = "bounce" };
    const char *const purposes[] = { bearer->purpose, NULL };
    g_autofree char *evidence =
        bearer->key ? g_strdup_printf ("%s; token under key %s", feedback->why, bearer->key)
                    : g_strdup_printf ("%s of our own Postfix", feedback->why);
    const char *suppression =
        feedback->kind == FEEDBACK_REQUEST ? NULL : sources[feedback->kind];
    WithdrawalProof proof = { sources[feedback->kind], NULL, evidence, suppression };

    return withdrawal_record (desk->store, bearer->address, purposes, &proof, desk->now, error);
}

static void
print_done (const Feedback *feedback, const TokenBearer *bearer, bool json)
{
    g_autofree char *masked = address_masked (bearer->address);
    g_autoptr (GString) text = g_string_new ("{\"kind\":");

    json_text_append (text, feedback_kind_word (feedback->kind));
    g_string_append (text, ",\"purpose\":");
    json_text_append (text, bearer->purpose);
    g_string_append (text, ",\"why\":");
    json_text_append (text, feedback->why);
    g_string_append_printf (text, ",\"proof\":\"%s\"}", bearer->key ? "token" : "notice");
    if (json)
        puts (text->str);
    else
        printf ("%s: %s gets no more: %s (%s)\n", feedback_kind_word (feedback->kind), masked,
                strcmp (bearer->purpose, "*") == 0 ? "advertising" : bearer->purpose,
                feedback->why);
}

static void
print_undone (const Feedback *feedback, bool json)
{
    g_autoptr (GString) text = g_string_new ("{\"kind\":");

    json_text_append (text, feedback_kind_word (feedback->kind));
    g_string_append (text, ",\"why\":");
    json_text_append (text, feedback->why);
    g_string_append_c (text, '}');
    if (json)
        puts (text->str);
    else
        printf ("%s: %s\n", feedback_kind_word (feedback->kind), feedback->why);
}

/* The same mail has the same name, so that one that Postfix brings again is kept once. */
static bool
keep_mail (const char *dir, GBytes *mail, GError **error)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (mail, &length);
    g_autofree char *hash = digest_sha256 (data, length);
    g_autofree char *name = g_strdup_printf ("%.32s.eml", hash);
    g_autofree char *path = g_build_filename (dir, name, NULL);

    return g_file_set_contents_full (
        path, data, (gssize)length,
        G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

static int
obey (const Desk *desk, const Feedback *feedback, GBytes *mail, const Options *options)
{
    GError *error = NULL;

    for (unsigned i = 0; i < feedback->bearers->len; i++) {
        const TokenBearer *bearer = g_ptr_array_index (feedback->bearers, i);
        if (!withdraw (desk, feedback, bearer, &error)) {
            tool_fail (error);
            return EX_TEMPFAIL;
        }
        print_done (feedback, bearer, options->json);
    }
    if (feedback->bearers->len == 0)
        print_undone (feedback, options->json);
    if (feedback->kind != FEEDBACK_UNKNOWN || !options->keep ||
        keep_mail (options->keep, mail, &error))
        return EX_OK;
    tool_fail (error);
    return EX_TEMPFAIL;
}

/* A mail that nobody can read is kept too, never returned: its sender is mostly not who it says. */
static int
handle (const Desk *desk, GBytes *mail, const Options *options)
{
    g_autoptr (GError) cause = NULL;
    g_autoptr (Message) message = message_parse (mail, &cause);
    FeedbackOptions how = { options->extension, options->trusts };
    g_autoptr (Feedback) feedback =
        message ? feedback_read (message, desk->tokens, &how) : g_new0 (Feedback, 1);

    if (!message) {
        feedback->kind = FEEDBACK_UNKNOWN;
        feedback->why = g_strdup (cause->message);
        feedback->bearers = g_ptr_array_new ();
    }
    return obey (desk, feedback, mail, options);
}

int
cmd_feedback (int argc, char **argv)
{
    g_auto (Options) options = { 0 };
    g_auto (Desk) desk = { 0 };
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config, "settings file", "FILE" },
        { "consent", 0, 0, G_OPTION_ARG_STRING, &options.consent, "the store", "STORE" },
        { "keys", 0, 0, G_OPTION_ARG_FILENAME, &options.keys, "keys of the tokens", "FILE" },
        { "extension", 0, 0, G_OPTION_ARG_STRING, &options.extension,
          "what stood after \"+\" in the address", "TEXT" },
        { "trust-notices", 0, 0, G_OPTION_ARG_NONE, &options.trusts,
          "believe the recipients of notices: they come from our own Postfix alone", NULL },
        { "keep", 0, 0, G_OPTION_ARG_FILENAME, &options.keep,
          "directory for mails that a person must read", "DIR" },
        { "now", 0, 0, G_OPTION_ARG_STRING, &options.now, "for rehearsals", "TIME" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "print one JSON object per line",
          NULL },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "[MAIL.eml]",
                       "Obeys a request to unsubscribe, a complaint or a notice.", entries))
        return EX_USAGE;
    if (argc > 2)
        return tool_usage ("feedback takes one mail, or standard input");
    if (!open_desk (&options, &desk, &error)) {
        /* Whatever is wrong with us, Postfix must keep the mail and not return it. */
        tool_fail (error);
        return EX_TEMPFAIL;
    }
    /* What names a person stands at the beginning, and a mail that is too large is not returned. */
    g_autoptr (GBytes) mail =
        tool_read_mail_of (argc == 2 ? argv[1] : "-", LIMIT_MESSAGE_BYTES / 2, &error);
    if (mail)
        return handle (&desk, mail, &options);
    int status = tool_fail (error);
    return argc == 2 ? status : EX_TEMPFAIL;
}
