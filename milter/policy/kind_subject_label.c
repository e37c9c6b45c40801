/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "subject-label": the words that the law wants in the subject. Compared on NFC, never NFKC,
 * which would turn full-width look-alikes into the label.
 */

#include <string.h>

#include "rules.h"

typedef struct {
    char **labels;
    bool anywhere, unsolicited_only;
} Parameters;

static const char *const positions[] = { "start", "anywhere", NULL };
static const char *const occasions[] = { "always", "unsolicited", NULL };

static const ConfField fields[] = {
    { "labels", CONF_STRINGS, true, 0, 0, NULL },
    { "position", CONF_STRING, false, 0, 0, positions },
    { "when", CONF_STRING, false, 0, 0, occasions },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

/* NFC, as the subject is; NULL when the label could not stand in a header field. */
static char *
compose_label (const char *label)
{
    char *composed = g_utf8_normalize (label, -1, G_NORMALIZE_NFC);

    bool fits = composed && *composed;

    for (const char *c = composed; fits && *c; c++)
        fits = !g_ascii_iscntrl (*c);
    if (!fits)
        g_clear_pointer (&composed, g_free);
    return composed;
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->labels = conf_strings (node, "labels");
    parameters->anywhere = strcmp (conf_string (node, "position", "start"), "anywhere") == 0;
    parameters->unsolicited_only =
        strcmp (conf_string (node, "when", "always"), "unsolicited") == 0;
    if (!parameters->labels[0])
        conf_problem (problems, node, "labels is empty; right would be labels = [ \"ADV\" ]");
    for (char **label = parameters->labels; *label; label++) {
        char *composed = compose_label (*label);
        if (!composed)
            conf_problem (problems, conf_child (node, "labels"),
                          "a label must be a text of one line; right would be \"ADV\"");
        g_free (*label);
        *label = composed ? composed : g_strdup ("");
    }
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->labels);
    g_free (parameters);
}

/* Zero-width and direction marks cannot be seen; a label broken up by them is still read. */
static char *
without_invisible (const char *text)
{
    GString *out = g_string_new (NULL);

    for (const char *c = text; *c; c = g_utf8_next_char (c)) {
        gunichar letter = g_utf8_get_char (c);
        bool invisible = (letter >= 0x200b && letter <= 0x200f) ||
                         (letter >= 0x202a && letter <= 0x202e) || letter == 0x2060 ||
                         (letter >= 0x2066 && letter <= 0x2069) || letter == 0xfeff;
        if (!invisible)
            g_string_append_unichar (out, letter);
    }
    return g_string_free (out, FALSE);
}

/* "ADV" does not begin "ADVENT". */
static bool
ends_well (const char *label, const char *after)
{
    const char *last = g_utf8_prev_char (label + strlen (label));

    return !g_unichar_isalnum (g_utf8_get_char (last)) ||
           !g_unichar_isalnum (g_utf8_get_char (after));
}

static bool
has_label (const Parameters *parameters, const char *label, const char *subject)
{
    size_t length = strlen (label);

    if (!parameters->anywhere)
        return g_str_has_prefix (subject, label) && ends_well (label, subject + length);
    for (const char *at = subject; (at = strstr (at, label)); at += length)
        if (ends_well (label, at + length))
            return true;
    return false;
}

static const char *
find_label (const Parameters *parameters, const char *subject)
{
    for (char **label = parameters->labels; *label; label++)
        if (has_label (parameters, *label, subject))
            return *label;
    return NULL;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;

    /* A store that does not answer proves no consent: the label stays due. */
    if (parameters->unsolicited_only && consent_was_said (view)) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup ("the recipient agreed");
        return;
    }
    g_autofree char *subject = without_invisible (message_subject (view->message));
    const char *label = find_label (parameters, subject);

    result->verdict = label ? VERDICT_SATISFIED : VERDICT_VIOLATED;
    if (label) {
        result->evidence = g_strdup_printf ("Subject has \"%s\"", label);
        return;
    }
    bool blank = g_str_has_suffix (parameters->labels[0], " ");
    result->evidence = g_strdup ("Subject without the label");
    result->remedy = g_strdup_printf ("\"%s\" %s the subject", parameters->labels[0],
                                      parameters->anywhere ? "in" : "at the start of");
    result->fix = g_strconcat (parameters->labels[0], blank ? "" : " ", NULL);
}

const RuleKind kind_subject_label = {
    .name = "subject-label",
    .summary = "the subject has the label that the law asks for",
    .sentence = { "the subject lacks the label that the law asks for",
                  "en el asunto falta la etiqueta que pide la ley" },
    .fields = fields,
    .fix = "subject-label",
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
