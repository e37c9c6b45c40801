/* SPDX-License-Identifier: BSD-2-Clause */

#include "story_phrases.h"

#include <string.h>

#include "story_words.h"

/* The log's texts have 500 letters at most, and few phrases within phrases. What takes more, as in a
 * log that somebody wrote by hand, is told as it stands. */
enum { MOST_PARTS = 9, MOST_TRIES = 100, MOST_BYTES = 2200 };

typedef struct {
    StoryLanguage language;
    unsigned tries;
} Telling;

typedef struct {
    char kind;
    const char *start;
    size_t length;
} Part;

typedef struct {
    Part parts[MOST_PARTS];
    unsigned count;
} Parts;

static char *tell (Telling *telling, const char *text);

/* "2026-05-03T10:15:00Z" */
static bool
is_time (const char *text, size_t length)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";

    if (length != strlen (shape))
        return false;
    for (size_t i = 0; i < length; i++)
        if (shape[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != shape[i])
            return false;
    return true;
}

/* "DE", "US-CA" */
static bool
is_code (const char *text, size_t length)
{
    return length >= 2 && g_ascii_isupper (text[0]) && g_ascii_isupper (text[1]) &&
           (length == 2 || (text[2] == '-' && length <= 6));
}

static bool
is_of_kind (char kind, const char *text, size_t length)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyz-", digits[] = "0123456789";
    g_autofree char *word = kind == 'y' ? g_strndup (text, length) : NULL;

    switch (kind) {
    case 't':
        return is_time (text, length);
    case 'c':
        return is_code (text, length);
    case 'd':
        return length > 0 && strspn (text, digits) >= length;
    case 'n':
        return length > 0 && strspn (text, names) >= length;
    case 'y':
        return length == 3 && strstr (" mon tue wed thu fri sat sun ", word);
    case 'f':
        return length > 0 && !memchr (text, ' ', length);
    case 'w':
        return length > 0 && !memchr (text, ';', length);
    default:
        return length > 0;
    }
}

/* The shortest text that fits for each part in turn. */
static bool
match (const char *pattern, const char *text, Parts *parts)
{
    while (*pattern && *pattern != '%')
        if (*pattern++ != *text++)
            return false;
    if (!*pattern)
        return !*text;
    if (pattern[1] == '%')
        return *text == '%' && match (pattern + 2, text + 1, parts);
    g_assert (parts->count < MOST_PARTS);
    Part *part = &parts->parts[parts->count++];
    for (size_t length = 0, most = strlen (text); length <= most; length++) {
        if ((pattern[2] && text[length] != pattern[2]) || (!pattern[2] && length < most) ||
            !is_of_kind (pattern[1], text, length))
            continue;
        *part = (Part){ pattern[1], text, length };
        if (match (pattern + 2, text + length, parts))
            return true;
    }
    parts->count--;
    return false;
}

/* "name, contact" word by word. */
static char *
tell_words (StoryLanguage language, const char *text)
{
    g_auto (GStrv) words = g_strsplit (text, ", ", -1);

    for (char **word = words; *word; word++) {
        /* The log cuts what is long. */
        bool cut = g_str_has_suffix (*word, "...");
        char *told = g_strdup (cut ? "…" : audit_story_word (language, *word));
        g_free (*word);
        *word = told;
    }
    return g_strjoinv (", ", words);
}

/* Terms of the vocabulary, where a star stands for any letters, "#" for a number, and "^" for the
 * beginning of a passage. */
static char *
tell_terms (StoryLanguage language, const char *text)
{
    g_auto (GStrv) words = g_strsplit_set (text, " ", -1);
    g_autoptr (GString) told = g_string_new (NULL);

    for (char **word = words; *word; word++) {
        if (strcmp (*word, "^") == 0)
            continue;
        bool number = **word == '#';
        g_string_append (told, told->len > 0 ? " " : "");
        g_string_append (told, number ? audit_story_word (language, "#") : "");
        g_string_append (told, *word + number);
    }
    g_string_replace (told, "*", "…", 0);
    return g_string_free (g_steal_pointer (&told), FALSE);
}

/* NULL: it holds a phrase that nobody knows. */
static char *
tell_part (Telling *telling, const Part *part)
{
    g_autofree char *text = g_strndup (part->start, part->length);

    switch (part->kind) {
    case 'p':
        return tell (telling, text);
    case 'w':
    case 'y':
        return tell_words (telling->language, text);
    case 'v':
        return tell_terms (telling->language, text);
    case 't':
        return audit_story_time (telling->language, text);
    default:
        return g_steal_pointer (&text);
    }
}

/* "{1|mail|mails}", the first where part 1 is "1". Returns the closing brace. */
static const char *
fill_number (GString *text, const char *choice, const Parts *parts)
{
    const Part *part = &parts->parts[choice[1] - '1'];
    const char *one = strchr (choice, '|') + 1, *many = strchr (one, '|') + 1;
    const char *end = strchr (many, '}');
    bool single = part->length == 1 && *part->start == '1';

    g_string_append_len (text, single ? one : many, single ? many - 1 - one : end - many);
    return end;
}

static char *
fill (Telling *telling, const char *told, const Parts *parts)
{
    g_autoptr (GString) text = g_string_new (NULL);

    for (const char *c = told; *c; c++) {
        if (c[0] == '{' && g_ascii_isdigit (c[1]) && c[2] == '|') {
            c = fill_number (text, c, parts);
            continue;
        }
        unsigned number = c[0] == '$' && g_ascii_isdigit (c[1]) ? (unsigned)(c[1] - '0') : 0;
        if (number == 0 || number > parts->count) {
            g_string_append_c (text, *c);
            continue;
        }
        g_autofree char *part = tell_part (telling, &parts->parts[number - 1]);
        if (!part)
            return NULL;
        g_string_append (text, part);
        c++;
    }
    return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
tell_by (const StoryPhrase *table, Telling *telling, const char *text)
{
    for (const StoryPhrase *phrase = table; phrase->log; phrase++) {
        const char *words = phrase->texts[telling->language];
        Parts parts = { .count = 0 };
        if (!match (phrase->log, text, &parts))
            continue;
        char *told = words ? fill (telling, words, &parts) : g_strdup (text);
        if (told)
            return told;
    }
    return NULL;
}

static char *
tell (Telling *telling, const char *text)
{
    const StoryPhrase *const tables[] = { story_phrases_of_rules, story_phrases_of_mail,
                                          story_phrases_of_signals };
    char *told = NULL;

    if (telling->tries == 0 || strlen (text) > MOST_BYTES)
        return NULL;
    telling->tries--;
    for (unsigned i = 0; !told && i < G_N_ELEMENTS (tables); i++)
        told = tell_by (tables[i], telling, text);
    return told;
}

/* "leaf 1.2, offset 345", as records may have it, is "part 1.2, byte 345". Caller frees. */
static char *
name_places (const char *text)
{
    if (!strstr (text, "leaf ") && !strstr (text, "offset "))
        return g_strdup (text);
    g_autoptr (GRegex) leaf = g_regex_new ("\\bleaf (?=[0-9])", 0, 0, NULL);
    g_autoptr (GRegex) offset = g_regex_new ("\\boffset (?=[0-9])", 0, 0, NULL);
    g_autofree char *parts = g_regex_replace_literal (leaf, text, -1, 0, "part ", 0, NULL);
    char *places =
        parts ? g_regex_replace_literal (offset, parts, -1, 0, "byte ", 0, NULL) : NULL;

    return places ? places : g_strdup (text);
}

char *
audit_story_phrase (StoryLanguage language, const char *text)
{
    static const char *const as_it_stands[] = { "$1", "el registro dice, en inglés: «$1»" };
    const Parts whole = { { { 's', text, strlen (text) } }, 1 };
    Telling telling = { language, MOST_TRIES };
    g_autofree char *placed = name_places (text);
    char *told = tell (&telling, placed);

    return told ? told : fill (&telling, as_it_stands[language], &whole);
}

bool
story_knows (const char *text)
{
    Telling telling = { STORY_ES, MOST_TRIES };
    g_autofree char *told = tell (&telling, text);

    return told != NULL;
}

char *
audit_story_time (StoryLanguage language, const char *time)
{
    if (!time || !is_time (time, strlen (time)))
        return g_strdup (time && *time ? time : "–");
    guint64 month = g_ascii_strtoull (time + 5, NULL, 10);
    int day = (int)g_ascii_strtoull (time + 8, NULL, 10);

    if (month < 1 || month > 12)
        return g_strdup (time);
    const char *name = story_month (language, (unsigned)month);
    return g_strdup_printf (language == STORY_EN ? "%d %s %.4s, %.5s UTC"
                                                 : "%d de %s de %.4s, %.5s UTC",
                            day, name, time, time + 11);
}
