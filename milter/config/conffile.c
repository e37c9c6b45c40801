/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The sole user of libconfig. libconfig 1.5 knows no schema, gives 0 for a value of the wrong
 * type and wraps integers that do not fit; what this file adds is the place of each problem and
 * what would be right.
 */

#include "licet/conffile.h"

#include <libconfig.h>
#include <stdarg.h>
#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"
#include "licet/nearest.h"

#include "unknown.h"

struct Conffile {
    config_t config; /* first, so that conf_where finds the name from any setting */
    char *name;
    const char *manual; /* static; or NULL */
};

static const config_setting_t *
setting_of (const ConfNode *node)
{
    return (const config_setting_t *)node;
}

static const ConfNode *
node_of (const config_setting_t *setting)
{
    return (const ConfNode *)setting;
}

/* Skips a string, a comment or nothing; libconfig has "..." and #, //, and C comments. */
static const char *
skip_opaque (const char *c, unsigned *line)
{
    if (*c == '"') {
        for (c++; *c && *c != '"'; c++)
            if (*c == '\n')
                (*line)++;
            else if (*c == '\\' && c[1])
                c++;
        return *c ? c + 1 : c;
    }
    if (*c == '#' || (c[0] == '/' && c[1] == '/'))
        return c + strcspn (c, "\n");
    if (c[0] == '/' && c[1] == '*') {
        for (c += 2; *c && !(c[0] == '*' && c[1] == '/'); c++)
            if (*c == '\n')
                (*line)++;
        return *c ? c + 2 : c;
    }
    return NULL;
}

static size_t
word_length (const char *text)
{
    size_t length = 0;

    while (g_ascii_isalnum (text[length]) || text[length] == '_' || text[length] == '.')
        length++;
    return length;
}

static size_t
digits_length (const char *text)
{
    size_t length = 0;

    while (g_ascii_isdigit (text[length]))
        length++;
    return length;
}

/* libconfig reads "5000000000" as 705032704, and 0x1FFFFFFFF as -1: no integer may have more than
 * nine digits, none in base 16 more than seven. */
static bool
is_too_large (const char *word, size_t length, size_t digits)
{
    if (length > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
        return length - 2 > 7;
    return digits > 9 && (digits == length || strchr ("lL", word[digits]));
}

static bool
check_integers (const char *text, const char *name, GError **error)
{
    unsigned line = 1;

    for (const char *c = text; *c;) {
        const char *next = skip_opaque (c, &line);
        size_t length = next ? 0 : word_length (c);
        if (length > 0 && is_too_large (c, length, digits_length (c))) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                         "%s:%u: the number %.*s is too large; at most nine digits", name, line,
                         (int)MIN (length, 40), c);
            return false;
        }
        if (!next && *c == '\n')
            line++;
        c = next ? next : c + MAX (length, 1);
    }
    return true;
}

/* The line of the first text before `end` that goes over its line, where a quote may be missing; 0
 * for none. */
static unsigned
find_long_text (const char *text, unsigned end)
{
    unsigned line = 1;

    for (const char *c = text; *c && line < end;) {
        unsigned first = line;
        const char *next = skip_opaque (c, &line);
        if (next && *c == '"' && line > first)
            return first;
        if (!next && *c == '\n')
            line++;
        c = next ? next : c + 1;
    }
    return 0;
}

static void
report_syntax (const config_t *config, const char *text, const char *name, GError **error)
{
    unsigned line = (unsigned)config_error_line (config);
    unsigned quote = find_long_text (text, line);

    if (quote)
        g_set_error (
            error, LICET_ERROR, LICET_ERROR_SETTINGS,
            "%s:%u: %s on line %u; the text that begins here does not end in its line: "
            "is a quote missing?",
            name, quote, config_error_text (config), line);
    else
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s:%u: %s; look here or at the end of the line before", name, line,
                     config_error_text (config));
}

/* Texts are compared, folded and put into mail as UTF-8, and a broken one would be read past its
 * end. */
static bool
check_encoding (const char *text, const char *name, GError **error)
{
    const char *bad = NULL;
    unsigned line = 1;

    if (g_utf8_validate (text, -1, &bad))
        return true;
    for (const char *c = text; c < bad; c++)
        line += *c == '\n';
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                 "%s:%u: byte 0x%02x is no UTF-8; save the file as UTF-8", name, line,
                 (unsigned char)*bad);
    return false;
}

Conffile *
conffile_parse (const char *text, const char *name, GError **error)
{
    g_autoptr (Conffile) file = g_new0 (Conffile, 1);

    config_init (&file->config);
    file->name = g_strdup (name);
    if (g_str_has_prefix (text, "\xef\xbb\xbf")) {
        g_set_error (
            error, LICET_ERROR, LICET_ERROR_SETTINGS,
            "%s:1: the file begins with a byte order mark; save it as UTF-8 without one", name);
        return NULL;
    }
    if (!check_encoding (text, name, error) || !check_integers (text, name, error))
        return NULL;
    if (!config_read_string (&file->config, text)) {
        report_syntax (&file->config, text, name, error);
        return NULL;
    }
    return g_steal_pointer (&file);
}

char *
conffile_read (const char *path, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = NULL;
    size_t length = 0;

    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: no such regular file",
                     path);
        return NULL;
    }
    if (!g_file_get_contents (path, &text, &length, &cause)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                     cause->message);
        return NULL;
    }
    if (length > LIMIT_CONFFILE_BYTES || strlen (text) != length) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT,
                     "%s: larger than %u bytes, or with a NUL byte", path,
                     LIMIT_CONFFILE_BYTES);
        return NULL;
    }
    return g_steal_pointer (&text);
}

Conffile *
conffile_load (const char *path, GError **error)
{
    g_autofree char *text = conffile_read (path, error);

    return text ? conffile_parse (text, path, error) : NULL;
}

void
conffile_free (Conffile *file)
{
    if (!file)
        return;
    config_destroy (&file->config);
    g_free (file->name);
    g_free (file);
}

void
conffile_set_manual (Conffile *file, const char *page)
{
    file->manual = page;
}

const ConfNode *
conffile_root (const Conffile *file)
{
    return node_of (config_root_setting (&file->config));
}

static int
compare_paths (const void *a, const void *b)
{
    return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
conffile_list (const char *dir, const char *suffix, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autoptr (GDir) handle = g_dir_open (dir, 0, &cause);
    g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

    if (!handle) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
        return NULL;
    }
    for (const char *name; (name = g_dir_read_name (handle));) {
        if (name[0] != '.' && g_str_has_suffix (name, suffix))
            g_ptr_array_add (paths, g_build_filename (dir, name, NULL));
    }
    g_ptr_array_sort (paths, compare_paths);
    return g_steal_pointer (&paths);
}

char *
conf_where (const ConfNode *node)
{
    const config_setting_t *setting = setting_of (node);
    unsigned line = config_setting_source_line (setting);
    /* The root has no place of its own; config is the first member of its Conffile. */
    const char *file = config_setting_source_file (setting);

    if (!file)
        file = ((const Conffile *)setting->config)->name;
    return g_strdup_printf ("%s:%u", file, MAX (line, 1));
}

void
conf_problem (GPtrArray *problems, const ConfNode *at, const char *format, ...)
{
    g_autofree char *where = conf_where (at);
    va_list args;

    va_start (args, format);
    g_autofree char *text = g_strdup_vprintf (format, args);
    va_end (args);
    g_ptr_array_add (problems, g_strdup_printf ("%s: %s", where, text));
}

char *
conf_meant (const char *const words[], const char *given)
{
    const char *word = nearest_word (words, given);

    return word ? g_strdup_printf (" (did you mean \"%s\"?)", word) : g_strdup ("");
}

static const char *
describe_type (ConfType type)
{
    switch (type) {
    case CONF_STRING:
        return "text in quotes";
    case CONF_INT:
        return "a whole number";
    case CONF_NUMBER:
        return "a number";
    case CONF_BOOL:
        return "true or false";
    case CONF_STRINGS:
        return "a list of texts, [ \"a\", \"b\" ]";
    case CONF_GROUP:
        return "a group, { … }";
    case CONF_GROUPS:
        return "a list of groups, ( { … }, { … } )";
    }
    g_assert_not_reached ();
}

static bool
all_of_type (const config_setting_t *list, int type)
{
    for (int i = 0; i < config_setting_length (list); i++)
        if (config_setting_type (config_setting_get_elem (list, (unsigned)i)) != type)
            return false;
    return true;
}

static bool
has_type (const config_setting_t *setting, ConfType type)
{
    bool list = config_setting_is_list (setting) || config_setting_is_array (setting);

    switch (type) {
    case CONF_STRING:
        return config_setting_type (setting) == CONFIG_TYPE_STRING;
    case CONF_INT:
        return config_setting_type (setting) == CONFIG_TYPE_INT;
    case CONF_NUMBER:
        return config_setting_is_number (setting);
    case CONF_BOOL:
        return config_setting_type (setting) == CONFIG_TYPE_BOOL;
    case CONF_STRINGS:
        return list && all_of_type (setting, CONFIG_TYPE_STRING);
    case CONF_GROUP:
        return config_setting_is_group (setting);
    case CONF_GROUPS:
        return list && all_of_type (setting, CONFIG_TYPE_GROUP);
    }
    g_assert_not_reached ();
}

static void
check_word (const config_setting_t *setting, const ConfField *field, const char *word,
            GPtrArray *problems)
{
    if (!field->words || g_strv_contains (field->words, word))
        return;
    g_autofree char *allowed = g_strjoinv (", ", (char **)field->words);
    g_autofree char *meant = conf_meant (field->words, word);
    conf_problem (problems, node_of (setting),
                  "%s: unknown word \"%s\"%s; right would be one of: %s", field->name, word,
                  meant, allowed);
}

static void
check_value (const config_setting_t *setting, const ConfField *field, GPtrArray *problems)
{
    if (!has_type (setting, field->type)) {
        conf_problem (problems, node_of (setting), "%s must be %s", field->name,
                      describe_type (field->type));
        return;
    }
    if (field->type == CONF_STRING)
        check_word (setting, field, config_setting_get_string (setting), problems);
    if (field->type == CONF_STRINGS)
        for (int i = 0; i < config_setting_length (setting); i++)
            check_word (setting, field, config_setting_get_string_elem (setting, i), problems);
    if ((field->type == CONF_INT || field->type == CONF_NUMBER) && (field->min || field->max)) {
        double value = config_setting_type (setting) == CONFIG_TYPE_FLOAT
                           ? config_setting_get_float (setting)
                           : config_setting_get_int (setting);
        if (value < (double)field->min || value > (double)field->max)
            conf_problem (problems, node_of (setting),
                          "%s is out of range; right would be %" G_GINT64_FORMAT
                          " to %" G_GINT64_FORMAT,
                          field->name, field->min, field->max);
    }
}

static const ConfField *
find_field (const ConfField fields[], const char *name)
{
    for (const ConfField *field = fields; field->name; field++)
        if (strcmp (field->name, name) == 0)
            return field;
    return NULL;
}

static void
report_unknown (const config_setting_t *setting, const ConfField fields[], GPtrArray *problems)
{
    g_autoptr (GPtrArray) names = g_ptr_array_new ();

    for (const ConfField *field = fields; field->name; field++)
        g_ptr_array_add (names, (char *)field->name);
    g_ptr_array_add (names, NULL);
    const char *const *words = (const char *const *)names->pdata;
    const char *manual = ((const Conffile *)setting->config)->manual;
    g_autofree char *text = unknown_setting (words, config_setting_name (setting), manual);
    conf_problem (problems, node_of (setting), "%s", text);
}

static bool
check_group (const ConfNode *group, const ConfField fields[], bool others, GPtrArray *problems)
{
    const config_setting_t *setting = setting_of (group);
    unsigned before = problems->len;

    for (int i = 0; i < config_setting_length (setting); i++) {
        const config_setting_t *member = config_setting_get_elem (setting, (unsigned)i);
        const ConfField *field = find_field (fields, config_setting_name (member));
        if (field)
            check_value (member, field, problems);
        else if (!others)
            report_unknown (member, fields, problems);
    }
    for (const ConfField *field = fields; field->name; field++)
        if (field->required && !config_setting_get_member (setting, field->name))
            conf_problem (problems, group, "%s is missing; it must be %s", field->name,
                          describe_type (field->type));
    return problems->len == before;
}

bool
conf_check (const ConfNode *group, const ConfField fields[], GPtrArray *problems)
{
    return check_group (group, fields, false, problems);
}

bool
conf_check_known (const ConfNode *group, const ConfField fields[], GPtrArray *problems)
{
    return check_group (group, fields, true, problems);
}

bool
conf_fits (const ConfNode *group, const ConfField *field)
{
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    const config_setting_t *member =
        config_setting_get_member (setting_of (group), field->name);

    if (member)
        check_value (member, field, problems);
    return member ? problems->len == 0 : !field->required;
}

const char *
conf_string (const ConfNode *group, const char *name, const char *fallback)
{
    const char *value = fallback;

    config_setting_lookup_string (setting_of (group), name, &value);
    return value;
}

int64_t
conf_int (const ConfNode *group, const char *name, int64_t fallback)
{
    int value = 0;

    return config_setting_lookup_int (setting_of (group), name, &value) ? value : fallback;
}

double
conf_number (const ConfNode *group, const char *name, double fallback)
{
    const config_setting_t *member = config_setting_get_member (setting_of (group), name);

    if (!member)
        return fallback;
    return config_setting_type (member) == CONFIG_TYPE_FLOAT ? config_setting_get_float (member)
                                                             : config_setting_get_int (member);
}

bool
conf_bool (const ConfNode *group, const char *name, bool fallback)
{
    int value = fallback;

    config_setting_lookup_bool (setting_of (group), name, &value);
    return value;
}

char **
conf_strings (const ConfNode *group, const char *name)
{
    const config_setting_t *list = config_setting_get_member (setting_of (group), name);
    GPtrArray *strings = g_ptr_array_new ();

    for (int i = 0; list && i < config_setting_length (list); i++)
        g_ptr_array_add (strings, g_strdup (config_setting_get_string_elem (list, i)));
    g_ptr_array_add (strings, NULL);
    return (char **)g_ptr_array_free (strings, FALSE);
}

bool
conf_has (const ConfNode *group, const char *name)
{
    return config_setting_get_member (setting_of (group), name) != NULL;
}

const ConfNode *
conf_child (const ConfNode *group, const char *name)
{
    return node_of (config_setting_get_member (setting_of (group), name));
}

unsigned
conf_count (const ConfNode *list)
{
    return list ? (unsigned)config_setting_length (setting_of (list)) : 0;
}

const ConfNode *
conf_item (const ConfNode *list, unsigned i)
{
    return node_of (config_setting_get_elem (setting_of (list), i));
}

const char *
conf_name (const ConfNode *node)
{
    return config_setting_name (setting_of (node));
}

static void
append_value (GString *text, const config_setting_t *setting)
{
    switch (config_setting_type (setting)) {
    case CONFIG_TYPE_STRING:
        g_string_append (text, config_setting_get_string (setting));
        return;
    case CONFIG_TYPE_BOOL:
        g_string_append (text, config_setting_get_bool (setting) ? "true" : "false");
        return;
    case CONFIG_TYPE_FLOAT:
        g_string_append_printf (text, "%g", config_setting_get_float (setting));
        return;
    case CONFIG_TYPE_INT:
        g_string_append_printf (text, "%d", config_setting_get_int (setting));
        return;
    default:
        break;
    }
    for (int i = 0; i < config_setting_length (setting); i++) {
        const config_setting_t *member = config_setting_get_elem (setting, (unsigned)i);
        bool group = config_setting_is_group (setting);
        g_string_append (text, i == 0                                 ? ""
                               : config_setting_is_aggregate (member) ? "; "
                               : group                                ? " "
                                                                      : ", ");
        if (group)
            g_string_append_printf (text, "%s ", config_setting_name (member));
        append_value (text, member);
    }
}

char *
conf_text (const ConfNode *group, const char *name)
{
    const config_setting_t *member = config_setting_get_member (setting_of (group), name);

    if (!member)
        return NULL;
    GString *text = g_string_new (NULL);
    append_value (text, member);
    return g_string_free (text, FALSE);
}

bool
conf_finish (const GPtrArray *problems, int code, GError **error)
{
    g_autoptr (GString) text = g_string_new (NULL);

    if (problems->len == 0)
        return true;
    for (unsigned i = 0; i < problems->len; i++)
        g_string_append_printf (text, "%s%s", i ? "\n" : "",
                                (const char *)g_ptr_array_index (problems, i));
    g_set_error_literal (error, LICET_ERROR, code, text->str);
    return false;
}
