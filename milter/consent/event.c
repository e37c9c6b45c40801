/* SPDX-License-Identifier: BSD-2-Clause */

/* What an event may say, and the one form in which it says so. */

#include <string.h>

#include "backend.h"
#include "licet/address.h"
#include "licet/error.h"
#include "licet/limits.h"

static bool
bad_field (GError **error, const char *field, const char *problem)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s: %s", field, problem);
    return false;
}

static bool
check_address (ConsentEvent *event, GError **error)
{
    g_autoptr (GError) cause = NULL;
    char *address = address_normalise (event->address ? event->address : "", &cause);

    if (!address) {
        const char *problem = cause->message;
        if (g_str_has_prefix (problem, "address: "))
            problem += strlen ("address: ");
        return bad_field (error, "address", problem);
    }
    g_free (event->address);
    event->address = address;
    /* The normal form may be the longer one; as a CSV it must be readable again. */
    return strlen (address) <= LIMIT_ADDRESS || bad_field (error, "address", "too long");
}

/* In the one spelling by which a question finds it: a withdrawal of "Newsletter" must count. */
static bool
check_purpose (ConsentEvent *event, GError **error)
{
    const char *given = event->purpose ? event->purpose : "";
    const char *word = NULL;
    Purpose purpose = PURPOSE_NONE;

    if (strcmp (given, "*") == 0)
        word = "*";
    else if (g_ascii_strcasecmp (given, "tracking") == 0)
        word = "tracking";
    else if (purpose_parse (given, &purpose) && purpose_is_promotional (purpose))
        word = purpose_word (purpose);
    if (!word)
        return bad_field (
            error, "purpose",
            "right would be *, tracking or a promotional purpose such as newsletter");
    g_free (event->purpose);
    event->purpose = g_strdup (word);
    return true;
}

/* Valid text that a CSV can hold and give back. */
static bool
check_text (char **text, const char *field, GError **error)
{
    if (*text && !**text)
        g_clear_pointer (text, g_free);
    if (!*text)
        return true;
    if (!g_utf8_validate (*text, -1, NULL))
        return bad_field (error, field, "no valid UTF-8");
    return strlen (*text) <= LIMIT_CSV_FIELD || bad_field (error, field, "too long");
}

static bool
check_texts (ConsentEvent *event, GError **error)
{
    return check_text (&event->basis, "basis", error) &&
           check_text (&event->source, "source", error) &&
           check_text (&event->wording, "wording", error) &&
           check_text (&event->evidence, "evidence", error) &&
           check_text (&event->country, "country", error) &&
           check_text (&event->subdivision, "subdivision", error) &&
           check_text (&event->recipient_class, "recipient_class", error) &&
           check_text (&event->language, "language", error) &&
           check_text (&event->person, "person", error);
}

static bool
is_made_of (const char *text, bool (*is_allowed) (char c), size_t least, size_t most)
{
    size_t length = text ? strlen (text) : 0;

    for (size_t i = 0; i < length; i++)
        if (!is_allowed (text[i]))
            return false;
    return !text || (length >= least && length <= most);
}

static bool
is_letter (char c)
{
    return g_ascii_isupper (c);
}

static bool
is_letter_or_digit (char c)
{
    return g_ascii_isupper (c) || g_ascii_isdigit (c);
}

static bool
is_of_tag (char c)
{
    return g_ascii_isalnum (c) || c == '-';
}

static void
upper_case (char **text)
{
    char *upper = *text ? g_ascii_strup (*text, -1) : NULL;

    g_free (*text);
    *text = upper;
}

static bool
check_codes (ConsentEvent *event, GError **error)
{
    upper_case (&event->country);
    upper_case (&event->subdivision);
    if (!is_made_of (event->country, is_letter, 2, 2))
        return bad_field (error, "country", "right would be an ISO 3166 code such as DE");
    if (!is_made_of (event->subdivision, is_letter_or_digit, 1, 3))
        return bad_field (error, "subdivision", "right would be an ISO 3166-2 code such as CA");
    if (!is_made_of (event->language, is_of_tag, 2, 35))
        return bad_field (error, "language", "right would be a BCP 47 tag such as de or pt-BR");
    return true;
}

/* What each state needs of the other fields. */
typedef struct {
    const char *word;
    const char *const *bases; /* NULL: none */
    bool needs_basis, is_link;
} State;

static const char *const act_bases[] = { "express",  "double-opt-in", "soft-opt-in",
                                         "inferred", "published",     "registry",
                                         "contract", "none",          NULL };
static const char *const suppression_bases[] = { "bounce", "complaint", "manual", "erased",
                                                 NULL };

static const State states[] = {
    { "granted", act_bases, false, false }, { "withdrawn", act_bases, false, false },
    { "pending", act_bases, false, false }, { "suppressed", suppression_bases, true, false },
    { "released", NULL, false, false },     { "linked", NULL, false, true },
    { "unlinked", NULL, false, true },
};

static const State *
find_state (const char *word)
{
    for (unsigned i = 0; word && i < G_N_ELEMENTS (states); i++)
        if (strcmp (states[i].word, word) == 0)
            return &states[i];
    return NULL;
}

static bool
check_basis (const ConsentEvent *event, const State *state, GError **error)
{
    if (!event->basis && !state->needs_basis)
        return true;
    if (state->bases == suppression_bases &&
        (!event->basis || !g_strv_contains (state->bases, event->basis)))
        return bad_field (error, "basis", "right would be bounce, complaint, manual or erased");
    if (state->bases == act_bases && !g_strv_contains (state->bases, event->basis))
        return bad_field (error, "basis",
                          "right would be express, double-opt-in, soft-opt-in, inferred, "
                          "published, registry, contract or none");
    return state->bases || bad_field (error, "basis", "this state has none");
}

static bool
check_state (ConsentEvent *event, GError **error)
{
    const State *state = find_state (event->state);

    if (!state)
        return bad_field (error, "state",
                          "right would be granted, withdrawn, pending, suppressed, released, "
                          "linked or unlinked");
    if (state->is_link && strcmp (event->purpose, "*") != 0)
        return bad_field (error, "purpose", "a link is for all purposes; right would be *");
    if (strcmp (state->word, "linked") == 0 && !event->person)
        return bad_field (error, "person", "a link needs the person's id");
    if (event->person && strlen (event->person) > LIMIT_PERSON)
        return bad_field (error, "person", "too long");
    return check_basis (event, state, error);
}

bool
consent_event_check (ConsentEvent *event, GError **error)
{

    if (!check_address (event, error) || !check_purpose (event, error) ||
        !check_texts (event, error))
        return false;
    return check_state (event, error) && check_codes (event, error);
}
