/* SPDX-License-Identifier: BSD-2-Clause */

#include "audit_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "html.h"
#include "licet/address.h"
#include "licet/clock.h"
#include "licet/ledger.h"
#include "texts.h"

enum { MOST_SHOWN = 200, DEFAULT_DAYS = 7, DAY = 86400 };

typedef struct {
    const Settings *settings;
    const WebRequest *request;
    int64_t now;
    StoryLanguage language;
    HtmlFrame frame;
} Reader;

static const char *
word (const Reader *reader, StoryWord id)
{
    return story_word (reader->language, id);
}

static Reader
reader_for (const Settings *settings, const WebRequest *request, int64_t now)
{
    const Texts *texts = texts_choose (NULL, request->accept_language);
    bool spanish = strcmp (texts->language, "es") == 0;
    Reader reader = { .settings = settings, .request = request, .now = now };

    reader.language = spanish ? STORY_ES : STORY_EN;
    reader.frame = (HtmlFrame){
        spanish ? "es" : "en", word (&reader, S_TITLE), settings->web_name, "", "", true
    };
    return reader;
}

static WebReply *
say_sentence (const Reader *reader, unsigned status, StoryWord sentence)
{
    GString *html = html_begin (&reader->frame);

    html_add_element (html, "p", "notice", word (reader, sentence));
    return html_finish (html, &reader->frame, status);
}

/* What the form asks for; the names are those of the fields. */
static const struct {
    const char *name;
    StoryWord label;
    size_t offset; /* of a text in AuditFilter; or, past its end, none */
    const char *example;
    const char *const *choices; /* ended by NULL; NULL: any text */
} form[] = {
    { "queue_id", S_QUEUE_ID, offsetof (AuditFilter, queue_id), "4cD0012A3B", NULL },
    { "rule", S_RULE, offsetof (AuditFilter, rule), "DE-CONSENT", NULL },
    { "territory", S_TERRITORY, offsetof (AuditFilter, territory), "DE", NULL },
    { "outcome", S_OUTCOME, offsetof (AuditFilter, outcome), NULL, story_outcomes },
    { "sender", S_SENDER, offsetof (AuditFilter, sender), "shop.example", NULL },
    { "purpose", S_PURPOSE, offsetof (AuditFilter, purpose), "receipt", NULL },
    { "class", S_CLASS, offsetof (AuditFilter, class), NULL, story_classes },
    { "since", S_SINCE, sizeof (AuditFilter), "2026-11-24", NULL },
    { "until", S_UNTIL, sizeof (AuditFilter), "2026-11-25", NULL },
    { "address", S_ADDRESS, sizeof (AuditFilter), "ana@example.com", NULL },
};

/* NULL when it was not filled in. */
static const char *
field (const WebRequest *request, const char *name)
{
    for (unsigned i = 0; request->fields && i < request->fields->len; i++) {
        const FormField *given = g_ptr_array_index (request->fields, i);
        if (strcmp (given->name, name) == 0 && *given->value)
            return given->value;
    }
    return NULL;
}

/* Days that the search begins with when nothing is asked. */
static char *
default_since (const Reader *reader)
{
    char *time = clock_format (reader->now - DEFAULT_DAYS * DAY);

    time[strlen ("2026-11-24")] = '\0';
    return time;
}

static void
add_choice (GString *html, const char *value, const char *label, bool chosen)
{
    g_string_append (html, "<option value=\"");
    html_add_text (html, value);
    g_string_append_printf (html, "\"%s>", chosen ? " selected" : "");
    html_add_text (html, label);
    g_string_append (html, "</option>");
}

/* What was asked for and is no choice stays one, so that the form says what was looked for. */
static void
add_choices (GString *html, const Reader *reader, const char *name, const char *const *choices,
             const char *given)
{
    g_string_append_printf (html, "<select id=\"%s\" name=\"%s\">", name, name);
    add_choice (html, "", word (reader, S_ANY), !given);
    if (given && !g_strv_contains (choices, given))
        add_choice (html, given, given, true);
    for (; *choices; choices++)
        add_choice (html, *choices, story_label (reader->language, *choices),
                    g_strcmp0 (given, *choices) == 0);
    g_string_append (html, "</select>");
}

static void
add_text_field (GString *html, const char *name, const char *example, const char *value)
{
    g_string_append_printf (
        html, "<input id=\"%s\" name=\"%s\" autocomplete=\"off\" value=\"", name, name);
    html_add_text (html, value);
    g_string_append_printf (html, "\" placeholder=\"%s\">", example);
}

static void
add_form (GString *html, const Reader *reader)
{
    g_autofree char *since = default_since (reader);

    g_string_append (html, "<form method=\"post\" action=\"/audit\"><div class=\"fields\">\n");
    for (unsigned i = 0; i < G_N_ELEMENTS (form); i++) {
        const char *given = field (reader->request, form[i].name);
        bool first = !reader->request->fields && strcmp (form[i].name, "since") == 0;
        g_string_append_printf (html, "<div><label for=\"%s\">", form[i].name);
        html_add_text (html, word (reader, form[i].label));
        g_string_append (html, "</label>");
        if (form[i].choices)
            add_choices (html, reader, form[i].name, form[i].choices, given);
        else
            add_text_field (html, form[i].name, form[i].example,
                            given   ? given
                            : first ? since
                                    : "");
        g_string_append (html, "</div>\n");
    }
    g_string_append (html, "</div>\n");
    html_add_element (html, "p", "note", word (reader, S_ADDRESS_NOTE));
    g_string_append (html, "<button type=\"submit\">");
    html_add_text (html, word (reader, S_SEARCH));
    g_string_append (html, "</button></form>\n");
    html_add_element (html, "p", "note", word (reader, S_READ_NOTE));
}

static WebReply *
show_form (const Reader *reader, const char *notice, unsigned status)
{
    GString *html = html_begin (&reader->frame);

    if (notice) {
        g_string_append (html, "<p class=\"notice\" role=\"alert\">");
        html_add_text (html, notice);
        g_string_append (html, "</p>\n");
    }
    add_form (html, reader);
    return html_finish (html, &reader->frame, status);
}

/* One line of the answer, and where its record is. */
typedef struct {
    uint64_t seq;
    char *html;
} Line;

static void
line_free (void *data)
{
    Line *line = data;

    g_free (line->html);
    g_free (line);
}

typedef struct {
    StoryLanguage language;
    GQueue lines; /* of Line, the oldest first */
    uint64_t found;
    uint64_t except; /* a record that is not listed; 0: none */
} Hits;

static void
hits_clear (Hits *hits)
{
    g_queue_clear_full (&hits->lines, line_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hits, hits_clear)

static bool
take_hit (const AuditRow *row, void *data)
{
    Hits *hits = data;
    g_autoptr (GString) html = g_string_new ("<tr>");
    const StoryLanguage language = hits->language;
    const char *const cells[] = { row->time,
                                  row->record ? story_label (language, row->record) : NULL,
                                  story_result (row, language),
                                  row->class ? story_label (language, row->class) : NULL,
                                  row->sender_domain,
                                  row->territory,
                                  row->rule,
                                  row->recipient_domain,
                                  row->queue_id };

    if (row->seq == hits->except)
        return true;
    g_string_append_printf (
        html, "<td><a href=\"/audit/%" G_GUINT64_FORMAT "\">%" G_GUINT64_FORMAT "</a></td>",
        row->seq, row->seq);
    for (unsigned i = 0; i < G_N_ELEMENTS (cells); i++)
        html_add_element (html, "td", NULL, cells[i] ? cells[i] : "–");
    g_string_append (html, "</tr>\n");
    Line *line = g_new0 (Line, 1);
    line->seq = row->seq;
    line->html = g_strdup (html->str);
    hits->found++;
    g_queue_push_tail (&hits->lines, line);
    if (g_queue_get_length (&hits->lines) > MOST_SHOWN)
        line_free (g_queue_pop_head (&hits->lines));
    return true;
}

static void
add_hits (GString *html, const Reader *reader, const Hits *hits)
{
    static const StoryWord columns[] = {
        S_NUMBER, S_TIME,      S_KIND, S_OUTCOME,   S_CLASS,
        S_SENDER, S_TERRITORY, S_RULE, S_RECIPIENT, S_QUEUE_ID
    };

    g_string_append (html,
                     "<div class=\"scroll\" tabindex=\"0\"><table class=\"hits\"><thead><tr>");
    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++)
        html_add_element (html, "th", NULL, word (reader, columns[i]));
    g_string_append (html, "</tr></thead><tbody>\n");
    for (const GList *link = hits->lines.tail; link; link = link->prev)
        g_string_append (html, ((const Line *)link->data)->html);
    g_string_append (html, "</tbody></table></div>\n");
}

/* A sentence with one %s. */
static void
add_filled (GString *html, const Reader *reader, StoryWord sentence, const char *value)
{
    g_auto (GStrv) parts = g_strsplit (word (reader, sentence), "%s", 2);
    g_autofree char *text = g_strconcat (parts[0], value, parts[1], NULL);

    html_add_element (html, "p", NULL, text);
}

/* A closed file that was last written before the time asked for holds nothing of it. */
static GPtrArray *
files_since (const GPtrArray *files, int64_t since)
{
    GPtrArray *kept = g_ptr_array_new ();
    struct stat status;

    for (unsigned i = 0; i < files->len; i++) {
        const char *file = g_ptr_array_index (files, i);
        if (stat (file, &status) != 0 || status.st_mtime + DAY >= since)
            g_ptr_array_add (kept, (void *)file);
    }
    return kept;
}

/* The pseudonym of the address; NULL with the reason when it cannot be told, "" when there is
 * none. Caller frees. */
static char *
find_subject (const Reader *reader, const char *address, GError **error)
{
    g_autofree char *normal = address_normalise (address, error);
    g_autoptr (Ledger) ledger =
        normal ? ledger_open_read_only (reader->settings->state, error) : NULL;
    g_autoptr (GError) cause = NULL;

    if (!ledger)
        return NULL;
    char *subject = ledger_find_subject (ledger, normal, &cause);
    if (subject || !cause)
        return subject ? subject : g_strdup ("");
    g_propagate_error (error, g_steal_pointer (&cause));
    return NULL;
}

static bool
read_times (const Reader *reader, AuditFilter *filter, const char **ret_bad)
{
    const char *since = field (reader->request, "since"),
               *until = field (reader->request, "until");

    *ret_bad = since && !clock_parse (since, &filter->since, NULL)   ? since
               : until && !clock_parse (until, &filter->until, NULL) ? until
                                                                     : NULL;
    return !*ret_bad;
}

static WebReply *
show_hits (const Reader *reader, const Hits *hits)
{
    GString *html = html_begin (&reader->frame);
    char number[24];

    snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, hits->found);
    if (hits->found == 0)
        html_add_element (html, "p", NULL, word (reader, S_NOTHING_FOUND));
    else
        add_filled (html, reader, S_FOUND, number);
    if (hits->found > 0) {
        g_string_append (html, "<p><a href=\"#search\">");
        html_add_text (html, word (reader, S_BACK));
        g_string_append (html, "</a></p>\n");
    }
    snprintf (number, sizeof number, "%d", MOST_SHOWN);
    if (hits->found > MOST_SHOWN)
        add_filled (html, reader, S_MOST, number);
    if (hits->found > 0)
        add_hits (html, reader, hits);
    g_string_append (html, "<h2 id=\"search\">");
    html_add_text (html, word (reader, S_SEARCH));
    g_string_append (html, "</h2>\n");
    add_form (html, reader);
    return html_finish (html, &reader->frame, 200);
}

static WebReply *
search (const Reader *reader)
{
    g_auto (Hits) hits = { .language = reader->language, .lines = G_QUEUE_INIT };
    g_autoptr (GError) cause = NULL;
    const char *bad = NULL, *address = field (reader->request, "address");
    AuditFilter filter = { 0 };

    for (unsigned i = 0; i < G_N_ELEMENTS (form); i++)
        if (form[i].offset < sizeof filter)
            *(const char **)((char *)&filter + form[i].offset) =
                field (reader->request, form[i].name);
    if (!read_times (reader, &filter, &bad)) {
        g_auto (GStrv) parts = g_strsplit (word (reader, S_BAD_TIME), "%s", 2);
        g_autofree char *notice = g_strconcat (parts[0], bad, parts[1], NULL);
        return show_form (reader, notice, 400);
    }
    g_autofree char *subject = address ? find_subject (reader, address, &cause) : NULL;
    if (address && !subject)
        return show_form (reader, cause->message, 400);
    filter.subject = subject;
    if (subject && !*subject)
        return show_hits (reader, &hits);
    g_autoptr (GPtrArray) files = audit_files (reader->settings->audit_log, &cause);
    g_autoptr (GPtrArray) recent = files ? files_since (files, filter.since) : NULL;
    if (!recent || !audit_scan (recent, &filter, take_hit, &hits, NULL, &cause))
        return say_sentence (reader, 503, S_FAILED);
    return show_hits (reader, &hits);
}

/* Looking for one record. */
typedef struct {
    const Reader *reader;
    uint64_t seq;
    GString *html;
    char *queue_id, *subject;
} Quest;

static bool
tell_if_wanted (const AuditRow *row, void *data)
{
    Quest *quest = data;

    if (row->seq != quest->seq)
        return row->seq < quest->seq;
    quest->html = html_begin (&quest->reader->frame);
    story_tell (quest->html, row, quest->reader->language);
    quest->queue_id = g_strdup (row->queue_id);
    quest->subject = g_strdup (row->subject);
    return false;
}

/* The number of the first record in a closed file stands in its name; 0 for the open one. */
static uint64_t
first_of (const char *file)
{
    const char *dash = strrchr (file, '-');

    return dash ? g_ascii_strtoull (dash + 1, NULL, 10) : 0;
}

/* The closed file that a record must be in, if any, and all that come after it. */
static GPtrArray *
files_from (const GPtrArray *files, uint64_t seq)
{
    GPtrArray *kept = g_ptr_array_new ();

    for (unsigned i = 0; i < files->len; i++) {
        uint64_t next = i + 1 < files->len ? first_of (g_ptr_array_index (files, i + 1)) : 0;
        if (next == 0 || seq < next)
            g_ptr_array_add (kept, g_ptr_array_index (files, i));
    }
    return kept;
}

static void
add_related (const Reader *reader, const GPtrArray *files, const Quest *quest)
{
    g_auto (Hits)
        hits = { .language = reader->language, .lines = G_QUEUE_INIT, .except = quest->seq };
    AuditFilter filter = { .queue_id = quest->queue_id, .subject = quest->subject };

    if (quest->queue_id && quest->subject &&
        audit_scan (files, &filter, take_hit, &hits, NULL, NULL) && hits.found > 0) {
        html_add_element (quest->html, "h2", NULL, word (reader, S_RELATED));
        add_hits (quest->html, reader, &hits);
    }
    g_string_append (quest->html, "<p><a href=\"/audit\">");
    html_add_text (quest->html, word (reader, S_BACK));
    g_string_append (quest->html, "</a></p>\n");
    html_add_element (quest->html, "p", "note", word (reader, S_READ_NOTE));
}

static WebReply *
show_record (Reader *reader, const char *number)
{
    const AuditFilter everything = { 0 };
    g_autoptr (GError) cause = NULL;
    char *end = NULL;
    Quest quest = { .reader = reader, .seq = g_ascii_strtoull (number, &end, 10) };

    if (!*number || *end)
        return say_sentence (reader, 404, S_NO_RECORD);
    g_auto (GStrv) parts = g_strsplit (word (reader, S_RECORD), "%s", 2);
    g_autofree char *title = g_strconcat (parts[0], number, parts[1], NULL);
    g_autoptr (GPtrArray) files = audit_files (reader->settings->audit_log, &cause);
    g_autoptr (GPtrArray) likely = files ? files_from (files, quest.seq) : NULL;
    reader->frame.title = title;
    if (!likely || !audit_scan (likely, &everything, tell_if_wanted, &quest, NULL, &cause))
        return say_sentence (reader, 503, S_FAILED);
    if (!quest.html)
        return say_sentence (reader, 404, S_NO_RECORD);
    add_related (reader, likely, &quest);
    g_free (quest.queue_id);
    g_free (quest.subject);
    return html_finish (quest.html, &reader->frame, 200);
}

WebReply *
audit_pages_answer (const Settings *settings, const WebRequest *request, int64_t now)
{
    Reader reader = reader_for (settings, request, now);
    const char *path = request->path + strlen ("/audit");

    if (*path == '/')
        return show_record (&reader, path + 1);
    if (strcmp (request->method, "POST") == 0 && request->fields)
        return search (&reader);
    return show_form (&reader, NULL, 200);
}

WebReply *
audit_pages_stranger (const Settings *settings, const WebRequest *request)
{
    Reader reader = reader_for (settings, request, 0);
    WebReply *reply = say_sentence (&reader, 401, S_WHO);

    reply->challenge = true;
    return reply;
}

WebReply *
audit_pages_busy (const Settings *settings, const WebRequest *request)
{
    Reader reader = reader_for (settings, request, 0);
    WebReply *reply = say_sentence (&reader, 503, S_BUSY);

    reply->retry_after = 2;
    return reply;
}
