/* SPDX-License-Identifier: BSD-2-Clause */

#include "foreign.h"

#include <string.h>

#include "licet/clock.h"
#include "licet/error.h"

typedef enum { SUBSCRIBED, UNSUBSCRIBED, BOUNCED, COMPLAINED, SILENT, LISTS } List;

static const char *const list_words[] = { "subscribed", "unsubscribed", "bounced",
                                          "complained" };

typedef struct {
    const char *name;
    const char *address[3];    /* columns, the first that is there */
    const char *granted_at[3]; /* the first that is filled */
    const char *ended_at[3];
    const char *evidence[5]; /* columns that are kept as they are, with their names */
    bool whole;              /* an unsubscription is from all promotion */
    /* Which list a row is of, when nobody has said so. */
    bool (*find_list) (const Foreign *foreign, const GPtrArray *row, List *ret_list,
                       GError **error);
} Format;

struct Foreign {
    CsvReader *reader;
    const Format *format;
    GHashTable *columns; /* plain name to index + 1 */
    unsigned count;      /* of columns */
    List list;           /* LISTS: find_list says */
    const char *purpose, *basis;
};

/* "Email Address" and "EMAIL_ADDRESS" are one name. Caller frees. */
static char *
plain_name (const char *name)
{
    GString *plain = g_string_new (NULL);

    for (const char *c = name; *c; c++)
        if (g_ascii_isalnum (*c))
            g_string_append_c (plain, g_ascii_tolower (*c));
    return g_string_free (plain, FALSE);
}

static bool
has_column (const Foreign *foreign, const char *name)
{
    return g_hash_table_contains (foreign->columns, name);
}

/* NULL for a column that is not there or not filled. */
static const char *
cell (const Foreign *foreign, const GPtrArray *row, const char *name)
{
    unsigned index = GPOINTER_TO_UINT (g_hash_table_lookup (foreign->columns, name));
    const char *text = index ? g_ptr_array_index (row, index - 1) : NULL;

    return text && *text ? text : NULL;
}

static const char *
first_cell (const Foreign *foreign, const GPtrArray *row, const char *const names[3])
{
    const char *found = NULL;

    for (unsigned i = 0; i < 3 && names[i] && !found; i++)
        found = cell (foreign, row, names[i]);
    return found;
}

/* One file for each list; the columns of its end tell which. */
static bool
find_mailchimp_list (const Foreign *foreign, const GPtrArray *row, List *ret_list,
                     GError **error)
{
    if (has_column (foreign, "unsubtime"))
        *ret_list = UNSUBSCRIBED;
    else if (has_column (foreign, "cleantime"))
        *ret_list = BOUNCED;
    else if (has_column (foreign, "confirmtime"))
        *ret_list = cell (foreign, row, "confirmtime") || cell (foreign, row, "optintime")
                        ? SUBSCRIBED
                        : SILENT;
    else
        return csv_reader_fail (foreign->reader, error,
                                "no column CONFIRM_TIME, UNSUB_TIME or CLEAN_TIME tells which "
                                "list this is; right would be --list subscribed");
    return true;
}

static bool
find_brevo_list (const Foreign *foreign, const GPtrArray *row, List *ret_list, GError **error)
{
    static const char *const names[3] = { "emailmarketing", "emailsubscriptionstatus", NULL };
    static const struct {
        const char *word;
        List list;
    } words[] = {
        { "subscribed", SUBSCRIBED },    { "unsubscribed", UNSUBSCRIBED },
        { "blocklisted", UNSUBSCRIBED }, { "blacklisted", UNSUBSCRIBED },
        { "neversubscribed", SILENT },
    };
    const char *given = first_cell (foreign, row, names);
    g_autofree char *word = plain_name (given ? given : "");

    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (strcmp (words[i].word, word) == 0) {
            *ret_list = words[i].list;
            return true;
        }
    return csv_reader_fail (foreign->reader, error,
                            "EMAIL_MARKETING: right would be subscribed, unsubscribed, "
                            "blocklisted or never subscribed; without that column --list "
                            "subscribed");
}

/* All its suppression lists have the same columns. */
static bool
find_sendgrid_list (const Foreign *foreign, const GPtrArray *row G_GNUC_UNUSED, List *ret_list,
                    GError **error)
{
    *ret_list = SUBSCRIBED;
    return has_column (foreign, "contactid") ||
           csv_reader_fail (foreign->reader, error,
                            "this is no export of contacts (no column CONTACT_ID); right would "
                            "be --list unsubscribed, bounced or complained");
}

static bool
is_one_of (const char *text, const char *const words[])
{
    for (; *words; words++)
        if (g_ascii_strcasecmp (text, *words) == 0)
            return true;
    return false;
}

/* Its own export has no such column; a report has, as a flag or as the reason itself in its table
 * lead_donotcontact: 1 unsubscribed, 2 bounced, 3 manual. What is neither is no consent. */
static bool
find_mautic_list (const Foreign *foreign, const GPtrArray *row, List *ret_list, GError **error)
{
    static const char *const no[] = { "0", "no", "false", NULL };
    static const char *const yes[] = {
        "1", "yes", "true", "3", "unsubscribed", "manual", NULL
    };
    static const char *const bounced[] = { "2", "bounced", NULL };
    const char *flag = cell (foreign, row, "donotcontact");
    const char *reason = cell (foreign, row, "dncreason");

    if (!has_column (foreign, "donotcontact"))
        return csv_reader_fail (foreign->reader, error,
                                "no column doNotContact tells who has left; right would be "
                                "--list subscribed");
    bool is_no = !flag || is_one_of (flag, no);
    bool is_bounce =
        !is_no && (is_one_of (flag, bounced) || (reason && is_one_of (reason, bounced)));
    *ret_list = is_bounce ? BOUNCED : is_no ? SUBSCRIBED : UNSUBSCRIBED;
    return is_no || is_bounce || is_one_of (flag, yes) ||
           csv_reader_fail (foreign->reader, error,
                            "doNotContact: right would be 0 or 1, or the reason 1, 2 or 3");
}

static const char *const yes_words[] = { "1", "yes", "y", "true", "x", NULL };

/* Columns that say of a row that the person has left, whoever made the export. */
static const struct {
    const char *column;
    bool any; /* whatever stands there; else one of yes_words */
    List list;
} ends[] = {
    { "cleantime", true, BOUNCED },
    { "unsubtime", true, UNSUBSCRIBED },
    { "emailblacklisted", false, UNSUBSCRIBED },
    { "blacklisted", false, UNSUBSCRIBED },
    { "emailblocklisted", false, UNSUBSCRIBED },
    { "blocklisted", false, UNSUBSCRIBED },
    { "unsubscribed", false, UNSUBSCRIBED },
    { "optedout", false, UNSUBSCRIBED },
};

static const struct {
    const char *word;
    List list;
} status_words[] = {
    { "unsubscribed", UNSUBSCRIBED }, { "blocklisted", UNSUBSCRIBED },
    { "blacklisted", UNSUBSCRIBED },  { "optedout", UNSUBSCRIBED },
    { "cleaned", BOUNCED },           { "bounced", BOUNCED },
    { "complained", COMPLAINED },     { "nonsubscribed", SILENT },
    { "neversubscribed", SILENT },    { "pending", SILENT },
    { "transactional", SILENT },      { "archived", SILENT },
};

static bool
find_status (const Foreign *foreign, const GPtrArray *row, List *ret_list)
{
    static const char *const columns[] = { "status", "emailmarketing", "emailmarketingstatus",
                                           "emailsubscriptionstatus", "subscriptionstatus" };

    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++) {
        const char *given = cell (foreign, row, columns[i]);
        g_autofree char *word = plain_name (given ? given : "");
        for (unsigned j = 0; j < G_N_ELEMENTS (status_words); j++)
            if (strcmp (word, status_words[j].word) == 0) {
                *ret_list = status_words[j].list;
                return true;
            }
    }
    return false;
}

/* A row of those subscribed that says otherwise is believed, and not what was said of the file. */
static bool
heed_row (const Foreign *foreign, const GPtrArray *row, List *ret_list, GError **error)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (ends); i++) {
        const char *given = cell (foreign, row, ends[i].column);
        if (given && (ends[i].any || is_one_of (given, yes_words))) {
            *ret_list = ends[i].list;
            return true;
        }
    }
    if (find_status (foreign, row, ret_list) || !has_column (foreign, "donotcontact"))
        return true;
    return find_mautic_list (foreign, row, ret_list, error);
}

static const Format formats[] = {
    { .name = "mailchimp",
      .address = { "emailaddress", "email" },
      .granted_at = { "confirmtime", "optintime" },
      .ended_at = { "unsubtime", "cleantime", "lastchanged" },
      .evidence = { "optintime", "optinip", "confirmtime", "confirmip", "leid" },
      .find_list = find_mailchimp_list },
    { .name = "brevo",
      .address = { "email" },
      .granted_at = { "addedtime", "createdat" },
      .ended_at = { "modifiedtime", "modifiedat" },
      .evidence = { "contactid", "optin", "doubleoptin" },
      .whole = true,
      .find_list = find_brevo_list },
    { .name = "sendgrid",
      .address = { "email" },
      .granted_at = { "createdat" },
      .ended_at = { "created", "createdat" },
      .evidence = { "contactid", "status" },
      .whole = true,
      .find_list = find_sendgrid_list },
    { .name = "mautic",
      .address = { "email" },
      .granted_at = { "dateidentified", "dateadded" },
      .ended_at = { "dncdate", "datemodified" },
      .evidence = { "id", "ipaddress" },
      .whole = true,
      .find_list = find_mautic_list },
};

const char *const *
import_formats (void)
{
    static const char *const names[] = { "mailchimp", "brevo", "sendgrid", "mautic", NULL };

    return names;
}

static const Format *
find_format (const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (formats); i++)
        if (strcmp (formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static List
list_of (const char *word)
{
    for (unsigned i = 0; word && i < G_N_ELEMENTS (list_words); i++)
        if (strcmp (list_words[i], word) == 0)
            return (List)i;
    return LISTS;
}

enum { MOST_COLUMNS = 1000 };

static bool
read_header (Foreign *foreign, GError **error)
{
    const GPtrArray *row = csv_reader_next (foreign->reader, MOST_COLUMNS, error);

    if (!row)
        return false;
    foreign->count = row->len;
    for (unsigned i = row->len; i-- > 0;)
        g_hash_table_insert (foreign->columns, plain_name (g_ptr_array_index (row, i)),
                             GUINT_TO_POINTER (i + 1));
    for (unsigned i = 0; i < 3 && foreign->format->address[i]; i++)
        if (has_column (foreign, foreign->format->address[i]))
            return true;
    return csv_reader_fail (foreign->reader, error,
                            "no column with the address; is this an export of %s with its "
                            "header row?",
                            foreign->format->name);
}

Foreign *
foreign_new (CsvReader *reader, const ImportOptions *options, GError **error)
{
    const Format *format = find_format (options->format);
    List list = list_of (options->list);

    if (!format || (options->list && list == LISTS)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     !format ? "--format: right would be mailchimp, brevo, sendgrid or mautic"
                             : "--list: right would be subscribed, unsubscribed, bounced or "
                               "complained");
        return NULL;
    }
    g_autoptr (Foreign) foreign = g_new0 (Foreign, 1);
    foreign->reader = reader;
    foreign->format = format;
    foreign->columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    foreign->list = list;
    foreign->purpose = options->purpose ? options->purpose : "newsletter";
    foreign->basis = options->basis;
    csv_reader_guess_separator (reader);
    return read_header (foreign, error) ? g_steal_pointer (&foreign) : NULL;
}

void
foreign_free (Foreign *foreign)
{
    if (!foreign)
        return;
    g_hash_table_unref (foreign->columns);
    g_free (foreign);
}

/* "2024-05-06 07:08:09", which these programs mean in UTC, RFC 3339, a date, or seconds since
 * 1970. Day and month first could be either, so they are refused. */
static bool
parse_time (const Foreign *foreign, const char *text, int64_t *ret_time, GError **error)
{
    size_t length = strlen (text);
    g_autofree char *full = NULL;

    if (length >= 9 && length <= 11 && strspn (text, "0123456789") == length) {
        *ret_time = g_ascii_strtoll (text, NULL, 10);
        return true;
    }
    bool bare = length >= 19 && (text[10] == ' ' || text[10] == 'T') &&
                strspn (text + 11, "0123456789:.") == length - 11;
    full = g_strconcat (text, bare ? "Z" : "", NULL);
    if (bare)
        full[10] = 'T';
    return clock_parse (full, ret_time, NULL) ||
           csv_reader_fail (foreign->reader, error,
                            "no time that reads in one way; right would be 2024-05-06 07:08:09 "
                            "in UTC");
}

static char *
evidence_of (const Foreign *foreign, const GPtrArray *row)
{
    const char *const *names = foreign->format->evidence;
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS (foreign->format->evidence) && names[i]; i++) {
        const char *value = cell (foreign, row, names[i]);
        if (value)
            g_string_append_printf (text, "%s%s=%s", text->len ? " " : "", names[i], value);
    }
    return g_string_free (text, FALSE);
}

static void
set_state (const Foreign *foreign, ConsentEvent *event, List list)
{
    static const char *const states[] = { "granted", "withdrawn", "suppressed", "suppressed" };
    bool whole = list == BOUNCED || list == COMPLAINED ||
                 (list == UNSUBSCRIBED && foreign->format->whole);
    const char *basis = list == BOUNCED      ? "bounce"
                        : list == COMPLAINED ? "complaint"
                        : list == SUBSCRIBED ? foreign->basis
                                             : NULL;

    event->state = g_strdup (states[list]);
    event->purpose = g_strdup (whole ? "*" : foreign->purpose);
    event->basis = g_strdup (basis);
}

bool
foreign_event (Foreign *foreign, const GPtrArray *row, ConsentEvent **ret_event, GError **error)
{
    const Format *format = foreign->format;
    g_autoptr (ConsentEvent) event = g_new0 (ConsentEvent, 1);
    g_autoptr (GError) cause = NULL;
    List list = foreign->list;

    *ret_event = NULL;
    if (row->len != foreign->count)
        return csv_reader_fail (foreign->reader, error, "%u columns; the header has %u",
                                row->len, foreign->count);
    if (list == LISTS && !format->find_list (foreign, row, &list, error))
        return false;
    if (list == SUBSCRIBED && !heed_row (foreign, row, &list, error))
        return false;
    if (list == SILENT)
        return true;
    const char *at =
        first_cell (foreign, row, list == SUBSCRIBED ? format->granted_at : format->ended_at);
    event->address = g_strdup (first_cell (foreign, row, format->address));
    event->source = g_strdup (format->name);
    event->evidence = evidence_of (foreign, row);
    set_state (foreign, event, list);
    if (at && !parse_time (foreign, at, &event->at, error))
        return false;
    if (!consent_event_check (event, &cause))
        return csv_reader_fail (foreign->reader, error, "%s", cause->message);
    *ret_event = g_steal_pointer (&event);
    return true;
}
