/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/audit_story.h"

#include <string.h>

#include "story_phrases.h"
#include "story_words.h"

/* A block, its twin, its preheader and their pictures; more are counted. */
enum { MOST_NAMED = 6 };

typedef struct {
    const AuditRow *row;
    StoryLanguage language;
    GPtrArray *paragraphs;
    GString *text; /* of the one that is written */
} Teller;

static const char *
word (const Teller *teller, const char *text)
{
    return audit_story_word (teller->language, text && *text ? text : "–");
}

/* Appends a sentence with its %s filled in turn. */
static void
say_all (Teller *teller, StorySentence sentence, const char *const *values)
{
    const char *format = story_sentence (teller->language, sentence);

    for (const char *c = format; *c; c++)
        if (c[0] == '%' && c[1] == 's') {
            g_string_append (teller->text, *values && **values ? *values : "–");
            values++;
            c++;
        } else {
            g_string_append_c (teller->text, *c);
        }
}

#define SAY(sentence, ...)                                                                     \
    say_all (teller, sentence, (const char *const[]){ __VA_ARGS__, NULL })

static void
end_paragraph (Teller *teller)
{
    if (teller->text->len > 0)
        g_ptr_array_add (teller->paragraphs, g_strdup (g_strstrip (teller->text->str)));
    g_string_truncate (teller->text, 0);
}

static bool
is_word (const char *text, const char *wanted)
{
    return g_strcmp0 (text, wanted) == 0;
}

static void
tell_arrival (Teller *teller)
{
    const AuditRow *row = teller->row;
    g_autofree char *time = audit_story_time (teller->language, row->time);

    SAY (STORY_ARRIVED, time, row->sender_domain, row->recipient_domain, row->queue_id);
    end_paragraph (teller);
}

static void
tell_signs (Teller *teller)
{
    const AuditRow *row = teller->row;
    g_autoptr (GString) list = g_string_new (NULL);

    for (unsigned i = 0; i < AUDIT_SIGNS && row->seen[i]; i++) {
        g_autofree char *sign = audit_story_phrase (teller->language, row->seen[i]);
        g_string_append_printf (list, "%s%s", i ? "; " : "", sign);
    }
    if (list->len > 0)
        SAY (STORY_SIGNS, list->str);
}

static void
tell_class (Teller *teller)
{
    const AuditRow *row = teller->row;
    const char *purpose = word (teller, row->purpose);
    const char *promotion = word (teller, row->promo_purpose);
    g_autofree char *share = g_strdup_printf ("%.0f", row->promo_share * 100);

    if (is_word (row->class, "mixed"))
        SAY (STORY_IS_MIXED, purpose, promotion, share);
    else if (is_word (row->class, "promotional"))
        SAY (STORY_IS_PROMOTION, promotion);
    else if (is_word (row->class, "personal"))
        SAY (STORY_IS_PERSONAL, NULL);
    else
        SAY (STORY_IS_TRANSACTION, purpose);
    tell_signs (teller);
    end_paragraph (teller);
}

static void
tell_law (Teller *teller)
{
    const AuditRow *row = teller->row;
    g_autofree char *reason =
        audit_story_phrase (teller->language, row->legal_reason ? row->legal_reason : "–");

    SAY (STORY_LAW, word (teller, row->territory), word (teller, row->territory_source),
         word (teller, row->legal_class), reason);
    end_paragraph (teller);
}

static const char *
consent_purpose (const Teller *teller)
{
    const AuditRow *row = teller->row;
    bool named = row->consent_purpose && !is_word (row->consent_purpose, "*");

    return named ? word (teller, row->consent_purpose)
           : is_word (row->promo_purpose, "none") || !row->promo_purpose
               ? word (teller, "*")
               : word (teller, row->promo_purpose);
}

/* What the consent store said, as a clause. */
static void
tell_consent (Teller *teller)
{
    const AuditRow *row = teller->row;
    const char *state = row->consent_state, *suppression = row->consent_suppression;
    g_autofree char *at = audit_story_time (teller->language, row->consent_at);
    bool all = is_word (row->consent_purpose, "*");

    if (is_word (state, "granted"))
        SAY (STORY_GRANTED, at, word (teller, row->consent_basis), row->consent_source);
    else if (is_word (state, "refused") && suppression)
        SAY (STORY_SUPPRESSED, at, word (teller, suppression), row->consent_source);
    else if (is_word (state, "refused"))
        SAY (all ? STORY_WITHDRAWN_ALL : STORY_WITHDRAWN, at, row->consent_source);
    else if (is_word (state, "unavailable"))
        SAY (STORY_NO_ANSWER, NULL);
    else
        SAY (row->consent_pending ? STORY_PENDING : STORY_NOTHING_KNOWN, NULL);
}

static const AuditRule *
find_rule (const AuditRow *row, const char *id)
{
    for (unsigned i = 0; id && i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        if (is_word (rule->id, id))
            return rule;
    }
    return NULL;
}

/* ", because …" and the full stop. */
static void
tell_reason (Teller *teller)
{
    const AuditRow *row = teller->row;
    const AuditRule *rule = find_rule (row, row->rule);

    if (row->rule && rule && is_word (rule->kind, "consent")) {
        SAY (STORY_NEEDS_CONSENT, row->rule, row->source, consent_purpose (teller));
        tell_consent (teller);
    } else if (row->rule && rule && rule->evidence) {
        g_autofree char *saw = audit_story_phrase (teller->language, rule->evidence);
        SAY (STORY_RULE_SAW, row->rule, row->source, saw);
    } else if (row->rule) {
        SAY (STORY_RULE, row->rule, row->source);
    }
    if (teller->text->len > 0 && teller->text->str[teller->text->len - 1] != '.')
        g_string_append_c (teller->text, '.');
}

/* "text/html 1.2" of "text/html 1.2, marked by comments". Caller frees. */
static char *
leaf_of (const AuditEdit *edit)
{
    return g_strndup (edit->where ? edit->where : "–",
                      strcspn (edit->where ? edit->where : "–", ","));
}

static void
name_strip (Teller *teller, const AuditEdit *edit, const char *title)
{
    g_autofree char *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, edit->bytes);
    g_autofree char *leaf = leaf_of (edit);

    if (edit->begins && is_word (edit->begins, title))
        SAY (STORY_ITS_COPY, leaf, bytes);
    else if (edit->begins)
        SAY (STORY_BLOCK, edit->begins, bytes, leaf);
    else
        SAY (STORY_PART, leaf, bytes);
}

static void
name_strips (Teller *teller)
{
    const GArray *edits = teller->row->edits;
    const char *title = NULL;
    unsigned named = 0, strips = teller->row->strips;

    for (unsigned i = 0; i < edits->len && named < MOST_NAMED; i++) {
        const AuditEdit *edit = &g_array_index (edits, AuditEdit, i);
        if (!is_word (edit->kind, "strip"))
            continue;
        if (named++ > 0)
            g_string_append (teller->text, named == strips
                                               ? story_sentence (teller->language, STORY_AND)
                                               : ", ");
        name_strip (teller, edit, title);
        title = edit->begins ? edit->begins : title;
    }
    if (strips > named) {
        g_autofree char *rest = g_strdup_printf ("%u", strips - named);
        SAY (STORY_MORE, rest);
    }
}

static void
tell_strip (Teller *teller)
{
    if (teller->row->strips > 0) {
        SAY (STORY_REMOVED, NULL);
        name_strips (teller);
        SAY (STORY_FOR_RECIPIENT, NULL);
    } else {
        SAY (STORY_STRIPPED, NULL);
    }
    tell_reason (teller);
}

/* The rule that asked for consent and was content with what there is, or NULL. */
static const AuditRule *
find_content_rule (const AuditRow *row)
{
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        if (is_word (rule->kind, "consent") && is_word (rule->verdict, "satisfied") &&
            is_word (rule->mode, "enforce"))
            return rule;
    }
    return NULL;
}

/* The answer of the other purpose that a mail can need. */
static void
tell_tracking (Teller *teller)
{
    const AuditRow *row = teller->row;
    const char *state = row->tracking_state;
    g_autofree char *at = audit_story_time (teller->language, row->tracking_at);

    SAY (STORY_TRACKING, NULL);
    if (is_word (state, "granted"))
        SAY (STORY_GRANTED, at, word (teller, row->tracking_basis), row->tracking_source);
    else if (is_word (state, "refused"))
        SAY (STORY_WITHDRAWN, at, row->tracking_source);
    else
        SAY (is_word (state, "unavailable") ? STORY_NO_ANSWER : STORY_NOTHING_KNOWN, NULL);
    g_string_append_c (teller->text, '.');
}

/* The sender's own mail went on; what stood in its way was put right. */
static void
tell_fixes (Teller *teller)
{
    static const char *const kinds[] = { "label",    "footer",   "list-unsubscribe",
                                         "reply-to", "tracking", "token" };
    const AuditRow *row = teller->row;
    const GArray *edits = row->edits;

    for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
        const AuditEdit *found = NULL;
        for (unsigned k = 0; k < edits->len && !found; k++) {
            const AuditEdit *edit = &g_array_index (edits, AuditEdit, k);
            if (is_word (edit->kind, kinds[i]))
                found = edit;
        }
        const AuditRule *rule = found ? find_rule (row, found->rule) : NULL;
        if (found && rule)
            SAY (STORY_FIXED_BY, word (teller, kinds[i]), found->rule, rule->source);
        else if (found)
            SAY (STORY_FIXED, word (teller, kinds[i]));
        if (found && is_word (kinds[i], "tracking") && row->tracking_state)
            tell_tracking (teller);
    }
}

static void
tell_delivery (Teller *teller)
{
    const AuditRow *row = teller->row;
    bool promotion = is_word (row->class, "promotional") || is_word (row->class, "mixed");

    SAY (promotion ? STORY_WENT_WITH : STORY_WENT, NULL);
    if (promotion && row->consent_state) {
        SAY (STORY_CONSENT, consent_purpose (teller));
        tell_consent (teller);
        const AuditRule *rule = find_content_rule (row);
        if (rule)
            SAY (STORY_ENOUGH, rule->id, rule->source);
        else
            g_string_append_c (teller->text, '.');
    }
}

static void
tell_obstacle (Teller *teller)
{
    const char *obstacle = teller->row->obstacle;
    g_autofree char *told = obstacle ? audit_story_phrase (teller->language, obstacle) : NULL;

    if (told)
        SAY (STORY_OBSTACLE, told);
}

static void
tell_outcome (Teller *teller)
{
    const AuditRow *row = teller->row;
    const char *outcome = row->outcome;
    g_autofree char *until = audit_story_time (teller->language, row->until);

    if (is_word (outcome, "strip"))
        tell_strip (teller);
    else if (is_word (outcome, "deliver"))
        tell_delivery (teller);
    else if (is_word (outcome, "defer"))
        SAY (row->until ? STORY_WAITS : STORY_WAITS_OPEN, until);
    else
        SAY (is_word (outcome, "hold") ? STORY_HELD : STORY_REFUSED, NULL);
    if (!is_word (outcome, "strip") && !is_word (outcome, "deliver"))
        tell_reason (teller);
    tell_obstacle (teller);
    if (row->reply && !is_word (outcome, "hold"))
        SAY (is_word (outcome, "defer") ? STORY_POSTFIX_TOLD : STORY_ANSWER, row->reply);
    tell_fixes (teller);
    end_paragraph (teller);
}

static void
tell_decision (Teller *teller)
{
    tell_arrival (teller);
    tell_outcome (teller);
    tell_class (teller);
    tell_law (teller);
}

static void
tell_hand_over (Teller *teller)
{
    static const struct {
        const char *outcome;
        StorySentence sentence;
        bool names_copy; /* or the reply */
    } table[] = {
        { "submitted", STORY_TAKEN, true },
        { "already-submitted", STORY_TAKEN_BEFORE, true },
        { "held", STORY_TAKEN_HELD, true },
        { "in-doubt", STORY_IN_DOUBT, true },
        { "refused", STORY_TURNED_DOWN, false },
        { "deferred", STORY_PUT_OFF, false },
    };
    const AuditRow *row = teller->row;
    g_autofree char *time = audit_story_time (teller->language, row->time);

    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (is_word (row->outcome, table[i].outcome))
            SAY (table[i].sentence, time,
                 table[i].names_copy ? row->submitted_queue_id : row->reply);
    if (is_word (row->outcome, "in-doubt") && row->reply)
        SAY (g_str_has_suffix (row->reply, "sent again") ? STORY_DOUBLED : STORY_PARKED, NULL);
    end_paragraph (teller);
}

static void
tell_failure (Teller *teller)
{
    const AuditRow *row = teller->row;
    g_autofree char *time = audit_story_time (teller->language, row->time);

    SAY (STORY_FAILED, time, row->stage, row->text ? row->text : row->error);
    if (row->reply)
        SAY (STORY_SENDER_TOLD, row->reply);
    end_paragraph (teller);
}

static void
tell_event (Teller *teller)
{
    g_autofree char *time = audit_story_time (teller->language, teller->row->time);

    SAY (STORY_EVENT, time, word (teller, teller->row->record));
    end_paragraph (teller);
}

char *
audit_story_verdict (StoryLanguage language, const AuditRule *rule)
{
    const char *verdict = audit_story_word (language, rule->verdict ? rule->verdict : "–");
    StorySentence cure =
        is_word (rule->cured_by, "text-only") ? STORY_CURED_BY_TEXT : STORY_CURED;

    bool watched = is_word (rule->mode, "shadow") && is_word (rule->verdict, "violated");

    return g_strconcat (verdict, watched ? story_sentence (language, STORY_WATCHED) : "",
                        rule->cured_by ? story_sentence (language, cure) : NULL, NULL);
}

GPtrArray *
audit_story (const AuditRow *row, StoryLanguage language)
{
    g_autoptr (GString) text = g_string_new (NULL);
    Teller teller = { row, language, g_ptr_array_new_with_free_func (g_free), text };

    if (is_word (row->record, "decision"))
        tell_decision (&teller);
    else if (is_word (row->record, "outcome"))
        tell_hand_over (&teller);
    else if (is_word (row->record, "failure"))
        tell_failure (&teller);
    else
        tell_event (&teller);
    return teller.paragraphs;
}
