/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "sender-identity": who sends, as the sender profile in licet-policy.cfg has it. One text
 * suffices for names and contact; a postal address needs all its lines.
 */

#include <string.h>

#include "licet/address.h"
#include "licet/limits.h"

#include "footer.h"
#include "rules.h"
#include "shape.h"

typedef struct {
    char **fields;
    char **shapes;    /* folded; for senders without a profile */
    char **forbidden; /* folded */
} Parameters;

static const char *const words[] = {
    "name",
    "postal_address",
    "contact",
    "email",
    "telephone",
    "telephone_else_email",
    "postal_address_or_telephone",
    "register",
    NULL,
};

static const ConfField fields[] = {
    { "fields", CONF_STRINGS, true, 0, 0, words },
    { "shapes", CONF_STRINGS, false, 0, 0, NULL },
    { "forbidden", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static char **
load_folded (const ConfNode *node, const char *name, size_t most, GPtrArray *problems)
{
    char **texts = conf_strings (node, name);

    for (char **text = texts; *text; text++) {
        char *folded = policy_fold (*text);
        if (!*folded || strlen (folded) > most)
            conf_problem (problems, conf_child (node, name),
                          "%s has an empty text or one of more than %zu bytes", name, most);
        g_free (*text);
        *text = folded;
    }
    return texts;
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->fields = conf_strings (node, "fields");
    if (!parameters->fields[0])
        conf_problem (problems, node, "fields is empty; right would be fields = [ \"name\" ]");
    parameters->shapes = load_folded (node, "shapes", SHAPE_LENGTH, problems);
    parameters->forbidden = load_folded (node, "forbidden", LIMIT_LINE, problems);
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->fields);
    g_strfreev (parameters->shapes);
    g_strfreev (parameters->forbidden);
    g_free (parameters);
}

static bool
is_email (const char *text)
{
    return strchr (text, '@') != NULL;
}

/* A number of any notation, "Tel. +49 30 1234567"; not a page whose address has digits. */
static bool
is_telephone (const char *text)
{
    enum { FEWEST_DIGITS = 6 };
    unsigned digits = 0;

    for (const char *c = text; *c; c++)
        digits += g_ascii_isdigit (*c);
    return digits >= FEWEST_DIGITS && !is_email (text) && !strchr (text, '/');
}

/* Borrowed texts of a list. */
static GPtrArray *
pick (char **texts, bool (*fits) (const char *))
{
    GPtrArray *picked = g_ptr_array_new ();

    for (char **text = texts; *text; text++)
        if (!fits || fits (*text))
            g_ptr_array_add (picked, *text);
    return picked;
}

/* What the profile has for a field. */
static GPtrArray *
texts_of (const SenderProfile *profile, const char *field)
{
    if (strcmp (field, "name") == 0)
        return pick (profile->names, NULL);
    if (strcmp (field, "postal_address") == 0)
        return pick (profile->postal_address, NULL);
    if (strcmp (field, "register") == 0)
        return pick (profile->register_data, NULL);
    if (strcmp (field, "email") == 0)
        return pick (profile->contact, is_email);
    if (g_str_has_prefix (field, "telephone")) {
        g_autoptr (GPtrArray) numbers = pick (profile->contact, is_telephone);
        return numbers->len || strcmp (field, "telephone") == 0
                   ? g_steal_pointer (&numbers)
                   : pick (profile->contact, is_email);
    }
    return pick (profile->contact, NULL);
}

static unsigned
count_found (const GPtrArray *texts, const char *text)
{
    unsigned count = 0;

    for (unsigned i = 0; i < texts->len; i++) {
        g_autofree char *folded = policy_fold (g_ptr_array_index (texts, i));
        count += *folded && strstr (text, folded) != NULL;
    }
    return count;
}

static bool
is_stated (const GPtrArray *texts, const char *field, const char *text)
{
    unsigned found = count_found (texts, text);
    bool all = strcmp (field, "postal_address") == 0 || strcmp (field, "register") == 0;

    return all ? found == texts->len : found > 0;
}

typedef enum { STATED, MISSING, UNKNOWN } Finding;

static Finding
find_field (const SenderProfile *profile, const char *field, const char *text)
{
    if (strcmp (field, "postal_address_or_telephone") == 0) {
        Finding address = find_field (profile, "postal_address", text);
        Finding number = find_field (profile, "telephone", text);
        return MIN (address, number);
    }
    g_autoptr (GPtrArray) texts = texts_of (profile, field);

    if (texts->len == 0)
        return UNKNOWN;
    return is_stated (texts, field, text) ? STATED : MISSING;
}

static void
judge_with_profile (const Parameters *parameters, const SenderProfile *profile,
                    const RuleView *view, RuleResult *result)
{
    g_autofree char *text = view_text (view);
    g_autoptr (GString) missing = g_string_new (NULL), seen = g_string_new (NULL);
    g_autoptr (GString) unknown = g_string_new (NULL);

    for (char **field = parameters->fields; *field; field++) {
        Finding finding = find_field (profile, *field, text);
        GString *list = finding == UNKNOWN ? unknown : finding == STATED ? seen : missing;
        g_string_append_printf (list, "%s%s", list->len ? ", " : "", *field);
    }
    if (missing->len) {
        result->verdict = VERDICT_VIOLATED;
        result->evidence = g_strdup_printf ("the visible text lacks: %s", missing->str);
        result->remedy =
            g_strdup_printf ("the texts of the sender profile for: %s", missing->str);
        footer_offer (view, result);
    } else if (unknown->len) {
        result->verdict = VERDICT_CANNOT_TELL;
        result->not_set_up = true;
        result->evidence = g_strdup_printf ("the sender profile lacks: %s", unknown->str);
        result->remedy =
            g_strdup_printf ("an entry of senders in licet-policy.cfg with: %s", unknown->str);
    } else {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup_printf ("the visible text has: %s", seen->str);
    }
}

/* Such as a post office box, where the law wants a place: it counts with a profile as well. */
static const char *
find_forbidden (const Parameters *parameters, const char *text)
{
    for (char **wanted = parameters->forbidden; *wanted; wanted++)
        if (strstr (text, *wanted))
            return *wanted;
    return NULL;
}

/* A number of the right form is some evidence; that there is none, is none. */
static void
judge_without_profile (const Parameters *parameters, const char *domain, const char *text,
                       RuleResult *result)
{
    const char *sender = domain ? domain : "a mail without From";

    for (char **shape = parameters->shapes; *shape; shape++) {
        if (!shape_is_in (*shape, text))
            continue;
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup_printf (
            "no sender profile for %s; the visible text has what looks like \"%s\"", sender,
            *shape);
        return;
    }
    result->verdict = VERDICT_CANNOT_TELL;
    result->not_set_up = true;
    result->evidence = g_strdup_printf ("no sender profile for %s", sender);
    result->remedy =
        domain ? g_strdup_printf ("an entry of senders in licet-policy.cfg for %s", domain)
               : g_strdup ("a From with an address (RFC 5322 3.6)");
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const char *from = message_from (view->message);
    const SenderProfile *profile =
        from ? policy_set_sender (view->set, address_domain (from), view->facts->territory)
             : NULL;
    bool reads = parameters->forbidden[0] || (!profile && parameters->shapes[0]);
    g_autofree char *text = reads ? view_text (view) : g_strdup ("");
    const char *forbidden = find_forbidden (parameters, text);

    if (forbidden) {
        result->verdict = VERDICT_VIOLATED;
        result->evidence = g_strdup_printf ("the visible text has \"%s\"", forbidden);
        result->remedy = g_strdup ("the address of a place");
    } else if (profile) {
        judge_with_profile (parameters, profile, view, result);
    } else {
        judge_without_profile (parameters, from ? address_domain (from) : NULL, text, result);
    }
}

const RuleKind kind_sender_identity = {
    .name = "sender-identity",
    .summary = "the mail names its sender and where the sender can be reached",
    .sentence = { "the mail does not state who sends it and where the sender can be reached",
                  "el correo no dice quién lo envía ni dónde se le puede contactar" },
    .fields = fields,
    .fix = "footer",
    .cannot_tell = ACTION_ALLOW,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
