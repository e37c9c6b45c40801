/* SPDX-License-Identifier: BSD-2-Clause */

/* What the log keeps of the text itself: names made of hashes, and what a person would call a
 * block. */

#include "licet/rewrite.h"

#include <string.h>

#include "licet/utf8.h"

/* As much as a heading; a block's text must not be read in the log. */
enum {
    NAME_WORDS = 6,
    NAME_CHARACTERS = 40,
    WORD_CHARACTERS = 20,
    WORD_DIGITS = 4,
    CODE_CHARACTERS = 6,
    GREETING_WORDS = 3
};

static char *
hash_range (GBytes *bytes, size_t start, size_t end)
{
    size_t length = 0;
    const unsigned char *data = g_bytes_get_data (bytes, &length);

    end = MIN (end, length);
    return start > end
               ? NULL
               : g_compute_checksum_for_data (G_CHECKSUM_SHA256, data + start, end - start);
}

/* What could be an address, a link, a voucher or a token. */
static bool
is_secret (const char *word)
{
    unsigned digits = 0, capitals = 0;

    for (const char *c = word; *c; c++) {
        digits += g_ascii_isdigit (*c);
        capitals += g_ascii_isupper (*c);
    }
    return strpbrk (word, "@/=") || digits >= WORD_DIGITS ||
           (digits > 0 && capitals + digits >= CODE_CHARACTERS) ||
           g_utf8_strlen (word, -1) > WORD_CHARACTERS;
}

/* A word without the signs around it, and without "'s", to be compared. Caller frees. */
static char *
bare_word (const char *word)
{
    const char *start = word, *end;

    while (*start && !g_unichar_isalnum (g_utf8_get_char (start)))
        start = g_utf8_next_char (start);
    for (end = start; *end && g_unichar_isalnum (g_utf8_get_char (end));)
        end = g_utf8_next_char (end);
    g_autofree char *bare = g_strndup (start, (size_t)(end - start));
    g_autofree char *folded = g_utf8_casefold (bare, -1);
    return g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
}

/* "Ana García <ana.garcia@example.com>": ana and garcía, not the domain; also in encoded words. */
static void
add_names (GHashTable *names, const char *field)
{
    g_autofree char *text = message_decode_words (field ? field : "");

    for (char *at = text; (at = strchr (at, '@'));)
        for (; *at && !strchr (" ,;>\t", *at); at++)
            *at = ' ';
    g_auto (GStrv) words = g_strsplit_set (text, " .,;:<>()\"_+-\t", -1);
    for (char **word = words; *word; word++) {
        g_autofree char *bare = bare_word (*word);
        if (g_utf8_strlen (bare, -1) > 1)
            g_hash_table_add (names, g_steal_pointer (&bare));
    }
}

static GHashTable *
names_of_addressees (const Message *message)
{
    GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    add_names (names, message_header (message, "To"));
    add_names (names, message_header (message, "Cc"));
    return names;
}

/* How many of the first words call somebody: "Ana, …", "Hola Ana! …". */
static unsigned
count_greeting (char **words)
{
    for (unsigned i = 0; i < GREETING_WORDS && words[i]; i++) {
        bool called = g_str_has_suffix (words[i], ",") || g_str_has_suffix (words[i], "，");
        bool hailed =
            i == 1 && (g_str_has_suffix (words[i], "!") || g_str_has_suffix (words[i], "！"));
        if (called || hailed)
            return i + 1;
    }
    return 0;
}

static bool
is_name (const char *word, GHashTable *names)
{
    g_autofree char *bare = bare_word (word);

    return g_hash_table_contains (names, bare);
}

/* Without letters that nobody sees (a zero-width space parts a name so that it is none), and with
 * U+FFFD for what a terminal would obey. Caller frees. */
static char *
seen_letters (const char *text)
{
    g_autofree char *clean = utf8_without_controls (text);
    GString *seen = g_string_sized_new (strlen (clean));

    for (const char *c = clean; *c; c = g_utf8_next_char (c))
        if (g_unichar_type (g_utf8_get_char (c)) != G_UNICODE_FORMAT)
            g_string_append_unichar (seen, g_utf8_get_char (c));
    return g_string_free (seen, FALSE);
}

/* The first words that are nobody's name or secret, or NULL when there are none. */
static char *
name_text (const char *text, GHashTable *names)
{
    g_autofree char *seen = seen_letters (text);
    g_auto (GStrv) words = g_strsplit (seen, " ", NAME_WORDS + 1);
    g_autoptr (GString) name = g_string_new (NULL);
    unsigned i = 0, greeting = count_greeting (words);

    for (; words[i] && i < NAME_WORDS; i++) {
        bool hidden = i < greeting || is_secret (words[i]) || is_name (words[i], names);
        const char *word = hidden ? "…" : words[i];
        if (hidden && g_str_has_suffix (name->str, "…"))
            continue;
        if (g_utf8_strlen (name->str, -1) + g_utf8_strlen (word, -1) >= NAME_CHARACTERS)
            break;
        g_string_append_printf (name, "%s%s", name->len ? " " : "", word);
    }
    if (name->len > 0 && words[i])
        g_string_append (name, " …");
    return name->len > 0 ? g_string_free (g_steal_pointer (&name), FALSE) : NULL;
}

static char *
name_block (const Message *message, const Edit *edit, GHashTable *names)
{
    const Leaf *leaf = message_leaf (message, edit->leaf);

    if (edit->kind == EDIT_DROP || !leaf->content || strcmp (edit->why, "strip") != 0)
        return NULL;
    g_autofree char *text = message_visible_text (message, edit->leaf, edit->start, edit->end);
    g_autofree char *without_mark =
        text && *text == '[' && strchr (text, ']') ? g_strdup (strchr (text, ']') + 1) : NULL;
    return text ? name_text (g_strstrip (without_mark ? without_mark : text), names) : NULL;
}

void
rewrite_name_removed (const Message *message, const Variant *variant)
{
    g_autoptr (GHashTable) names = NULL;

    for (unsigned i = 0; i < variant->edits->len; i++) {
        Edit *edit = g_ptr_array_index (variant->edits, i);
        if (!edit_is_of_body (edit) || edit->removed_hash)
            continue;
        const Leaf *leaf = message_leaf (message, edit->leaf);
        if (!names && strcmp (edit->why, "strip") == 0)
            names = names_of_addressees (message);
        edit->begins = name_block (message, edit, names);
        if (edit->kind == EDIT_DROP)
            edit->removed_hash = hash_range (message_bytes (message), leaf->start, leaf->end);
        else if (leaf->content)
            edit->removed_hash = hash_range (leaf->content, edit->start, edit->end);
    }
}
