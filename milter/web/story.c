/* SPDX-License-Identifier: BSD-2-Clause */

#include "story.h"

#include <string.h>

#include "html.h"

/* Sentences; their %s stand in the same order in both languages. */
typedef enum {
    T_MAIL,
    T_JUDGED,
    T_GRANTED,
    T_REFUSED,
    T_PENDING,
    T_UNKNOWN,
    T_UNAVAILABLE,
    T_DELIVERED,
    T_STRIPPED,
    T_STRIPPED_ALONE,
    T_REFUSED_MAIL,
    T_WAITS,
    T_HELD,
    T_BECAUSE,
    T_HANDED_OVER,
    T_FAILED,
    T_OTHER,
    SENTENCES
} Sentence;

static const char *const sentences[SENTENCES][STORY_LANGUAGES] = {
    [T_MAIL] = { "On %s a mail of %s reached licet: %s, purpose %s, %s %% of it promotion.",
                 "El %s llegó a licet un correo de %s: %s, finalidad %s, %s %% promoción." },
    [T_JUDGED] = { "The recipient, at %s, came under the rules of %s (known from %s). There "
                   "the "
                   "mail counts as %s: %s.",
                   "El destinatario, en %s, quedó sujeto a las reglas de %s (según %s). Allí "
                   "el "
                   "correo cuenta como %s: %s." },
    [T_GRANTED] = { "For %s the newest event is an agreement of %s, on the basis %s, from %s "
                    "(event %s).",
                    "Para %s el hecho más reciente es un consentimiento del %s, con base %s, "
                    "de "
                    "%s (hecho %s)." },
    [T_REFUSED] = { "For %s the newest event is a withdrawal of %s%s, from %s (event %s).",
                    "Para %s el hecho más reciente es una baja del %s%s, de %s (hecho %s)." },
    [T_PENDING] = { "An agreement to %s was asked for and never confirmed.",
                    "Se pidió un consentimiento para %s y nunca se confirmó." },
    [T_UNKNOWN] = { "Nothing is known of an agreement to %s.",
                    "No consta ningún consentimiento para %s." },
    [T_UNAVAILABLE] = { "The consent store did not answer, which never counts as agreement to "
                        "%s.",
                        "El almacén de consentimientos no respondió, lo que nunca cuenta como "
                        "consentimiento para %s." },
    [T_DELIVERED] = { "The mail went on to this recipient with its promotion.",
                      "El correo siguió su camino con su promoción." },
    [T_STRIPPED] = { "licet removed the promotion for this recipient: %s",
                     "licet retiró la promoción para este destinatario: %s" },
    [T_STRIPPED_ALONE] = { "This recipient's copy is without the promotion.",
                           "La copia de este destinatario va sin la promoción." },
    [T_REFUSED_MAIL] = { "The mail was refused, and the sender was told: %s",
                         "El correo fue rechazado, y al remitente se le dijo: %s" },
    [T_WAITS] = { "The copy waits, to be asked about again from %s on.",
                  "La copia espera; se volverá a preguntar por ella desde el %s." },
    [T_HELD] = { "The copy is held until a person decides.",
                 "La copia queda retenida hasta que decida una persona." },
    [T_BECAUSE] = { "The reason is rule %s (%s). It saw: %s.",
                    "El motivo es la regla %s (%s). Vio: %s." },
    [T_HANDED_OVER] = { "On %s the hand-over of the copy ended: %s, with the reply \"%s\".",
                        "El %s terminó la entrega de la copia: %s, con la respuesta «%s»." },
    [T_FAILED] = { "On %s the mail was turned away before a decision, at the stage %s: %s.",
                   "El %s el correo fue rechazado antes de decidir, en la etapa %s: %s." },
    [T_OTHER] = { "On %s a record of the log itself was written: %s.",
                  "El %s se escribió un asiento del propio registro: %s." },
};

static const char *
or_dash (const char *text)
{
    return text && *text ? text : "–";
}

static const char *
or_empty (const char *text)
{
    return text ? text : "";
}

/* A paragraph: the sentence with its %s filled in turn; "%%" is one sign. */
static void
say (GString *html, StoryLanguage language, Sentence sentence, const char *const *values)
{
    g_autoptr (GString) text = g_string_new (NULL);

    for (const char *c = sentences[sentence][language]; *c; c++) {
        if (c[0] == '%' && c[1] == 's')
            g_string_append (text, or_dash (*values++));
        else if (c[0] != '%' || c[1] == '%')
            g_string_append_c (text, *c);
        if (c[0] == '%')
            c++;
    }
    html_add_element (html, "p", NULL, text->str);
}

#define SAY(sentence, ...)                                                                     \
    say (html, language, sentence, (const char *const[]){ __VA_ARGS__, NULL })

static const char *
purpose_of (const AuditRow *row)
{
    return row->consent_purpose && strcmp (row->consent_purpose, "*") != 0
               ? row->consent_purpose
           : row->promo_purpose ? row->promo_purpose
                                : row->purpose;
}

static void
tell_consent (GString *html, const AuditRow *row, StoryLanguage language)
{
    const char *purpose = purpose_of (row), *state = or_empty (row->consent_state);
    bool all = g_strcmp0 (row->consent_purpose, "*") == 0;

    if (strcmp (state, "granted") == 0)
        SAY (T_GRANTED, purpose, row->consent_at, row->consent_basis, row->consent_source,
             row->consent_event);
    else if (strcmp (state, "refused") == 0)
        SAY (T_REFUSED, purpose, row->consent_at,
             !all                   ? " "
             : language == STORY_EN ? " of all promotion"
                                    : " de toda promoción",
             row->consent_source, row->consent_event);
    else if (strcmp (state, "unavailable") == 0)
        SAY (T_UNAVAILABLE, purpose);
    else if (*state)
        SAY (row->consent_pending ? T_PENDING : T_UNKNOWN, purpose);
}

static const AuditRule *
find_rule (const AuditRow *row, const char *id)
{
    for (unsigned i = 0; id && i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        if (g_strcmp0 (rule->id, id) == 0)
            return rule;
    }
    return NULL;
}

/* "the block of 412 bytes at text/html 2, attribute; …" */
static char *
list_strips (const AuditRow *row, StoryLanguage language)
{
    g_autoptr (GString) text = g_string_new (NULL);

    for (unsigned i = 0; i < row->edits->len; i++) {
        const AuditEdit *edit = &g_array_index (row->edits, AuditEdit, i);
        if (g_strcmp0 (edit->kind, "strip") == 0)
            g_string_append_printf (text,
                                    language == STORY_EN
                                        ? "%sthe block at %s (%" G_GUINT64_FORMAT " bytes)"
                                        : "%sel bloque en %s (%" G_GUINT64_FORMAT " bytes)",
                                    text->len ? "; " : "", or_dash (edit->where), edit->bytes);
    }
    return g_string_free (g_string_append_c (g_steal_pointer (&text), '.'), FALSE);
}

static void
tell_outcome (GString *html, const AuditRow *row, StoryLanguage language)
{
    const char *outcome = or_empty (row->outcome);
    const AuditRule *rule = find_rule (row, row->rule);
    g_autofree char *strips = list_strips (row, language);

    if (strcmp (outcome, "strip") == 0 && row->strips > 0)
        SAY (T_STRIPPED, strips);
    else if (strcmp (outcome, "strip") == 0)
        SAY (T_STRIPPED_ALONE, NULL);
    else if (strcmp (outcome, "refuse") == 0)
        SAY (T_REFUSED_MAIL, row->reply);
    else if (strcmp (outcome, "defer") == 0)
        SAY (T_WAITS, row->until);
    else if (strcmp (outcome, "hold") == 0)
        SAY (T_HELD, NULL);
    else
        SAY (T_DELIVERED, NULL);
    if (row->rule)
        SAY (T_BECAUSE, row->rule, row->source, rule ? rule->evidence : NULL);
}

static void
begin_table (GString *html, StoryLanguage language, const StoryWord *columns, unsigned count)
{
    g_string_append (html, "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
    for (unsigned i = 0; i < count; i++)
        html_add_element (html, "th", NULL, story_word (language, columns[i]));
    g_string_append (html, "</tr></thead><tbody>\n");
}

static void
tell_rules (GString *html, const AuditRow *row, StoryLanguage language)
{
    static const StoryWord columns[] = { S_RULE, S_VERDICT, S_ASKS, S_SEEN, S_SOURCE };

    if (row->rules->len == 0)
        return;
    html_add_element (html, "h2", NULL, story_word (language, S_RULES));
    begin_table (html, language, columns, G_N_ELEMENTS (columns));
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        bool shadow = g_strcmp0 (rule->mode, "shadow") == 0;
        g_autofree char *asks =
            g_strconcat (or_dash (rule->action), shadow ? " (shadow)" : "", NULL);
        g_string_append (html, "<tr>");
        html_add_element (html, "td", NULL, or_dash (rule->id));
        html_add_element (html, "td", NULL, or_dash (rule->verdict));
        html_add_element (html, "td", NULL, asks);
        html_add_element (html, "td", NULL, or_dash (rule->evidence));
        html_add_element (html, "td", NULL, or_dash (rule->source));
        g_string_append (html, "</tr>\n");
    }
    g_string_append (html, "</tbody></table></div>\n");
}

static void
tell_changes (GString *html, const AuditRow *row, StoryLanguage language)
{
    static const StoryWord columns[] = { S_KIND, S_WHERE, S_BYTES, S_RULE };

    if (row->edits->len == 0)
        return;
    html_add_element (html, "h2", NULL, story_word (language, S_CHANGES));
    begin_table (html, language, columns, G_N_ELEMENTS (columns));
    for (unsigned i = 0; i < row->edits->len; i++) {
        const AuditEdit *edit = &g_array_index (row->edits, AuditEdit, i);
        g_autofree char *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, edit->bytes);
        g_string_append (html, "<tr>");
        html_add_element (html, "td", NULL, or_dash (edit->kind));
        html_add_element (html, "td", NULL, or_dash (edit->where));
        html_add_element (html, "td", NULL, bytes);
        html_add_element (html, "td", NULL, or_dash (edit->rule));
        g_string_append (html, "</tr>\n");
    }
    g_string_append (html, "</tbody></table></div>\n");
}

static void
tell_decision (GString *html, const AuditRow *row, StoryLanguage language)
{
    g_autofree char *share = g_strdup_printf ("%.0f", row->promo_share * 100);

    SAY (T_MAIL, row->time, row->sender_domain, row->class, row->purpose, share);
    SAY (T_JUDGED, row->recipient_domain, row->territory, row->territory_source,
         row->legal_class, row->legal_reason);
    tell_consent (html, row, language);
    tell_outcome (html, row, language);
    tell_changes (html, row, language);
    tell_rules (html, row, language);
}

void
story_tell (GString *html, const AuditRow *row, StoryLanguage language)
{
    const char *record = or_empty (row->record);

    if (strcmp (record, "decision") == 0)
        tell_decision (html, row, language);
    else if (strcmp (record, "outcome") == 0)
        SAY (T_HANDED_OVER, row->time, row->outcome, row->reply);
    else if (strcmp (record, "failure") == 0)
        SAY (T_FAILED, row->time, row->stage, row->text ? row->text : row->error);
    else
        SAY (T_OTHER, row->time, record);
    html_add_element (html, "h2", NULL, story_word (language, S_AS_IT_STANDS));
    g_autofree char *line = g_strndup (row->line, row->length);
    g_autofree char *valid = g_utf8_make_valid (line, -1);
    g_string_append (html, "<details><summary>JSON</summary>");
    html_add_element (html, "pre", NULL, valid);
    g_string_append (html, "</details>\n");
}

char *
story_result (const AuditRow *row)
{
    const char *result = row->outcome ? row->outcome : row->error ? row->error : row->stage;

    return g_strdup (or_dash (result));
}
