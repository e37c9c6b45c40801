/* SPDX-License-Identifier: BSD-2-Clause */

/* What the log keeps of the text itself: names made of hashes, and what a person would call a
 * block. */

#include "licet/rewrite.h"

#include <string.h>

/* As much as a heading; a block's text must not be read in the log. */
enum {
    NAME_WORDS = 6,
    NAME_CHARACTERS = 40,
    WORD_CHARACTERS = 20,
    WORD_DIGITS = 4,
    CODE_CHARACTERS = 6
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

/* The first words that are nobody's secret, or NULL when there are none. */
static char *
name_text (const char *text)
{
    g_auto (GStrv) words = g_strsplit (text, " ", NAME_WORDS + 1);
    g_autoptr (GString) name = g_string_new (NULL);
    unsigned i = 0;

    for (; words[i] && i < NAME_WORDS; i++) {
        const char *word = is_secret (words[i]) ? "…" : words[i];
        if (g_utf8_strlen (name->str, -1) + g_utf8_strlen (word, -1) >= NAME_CHARACTERS)
            break;
        g_string_append_printf (name, "%s%s", name->len ? " " : "", word);
    }
    if (name->len > 0 && words[i])
        g_string_append (name, " …");
    return name->len > 0 ? g_string_free (g_steal_pointer (&name), FALSE) : NULL;
}

static char *
name_block (const Message *message, const Edit *edit)
{
    const Leaf *leaf = message_leaf (message, edit->leaf);

    if (edit->kind == EDIT_DROP || !leaf->content || strcmp (edit->why, "strip") != 0)
        return NULL;
    g_autofree char *text = message_visible_text (message, edit->leaf, edit->start, edit->end);
    g_autofree char *without_mark =
        text && *text == '[' && strchr (text, ']') ? g_strdup (strchr (text, ']') + 1) : NULL;
    return text ? name_text (g_strstrip (without_mark ? without_mark : text)) : NULL;
}

void
rewrite_name_removed (const Message *message, const Variant *variant)
{
    for (unsigned i = 0; i < variant->edits->len; i++) {
        Edit *edit = g_ptr_array_index (variant->edits, i);
        if (!edit_is_of_body (edit) || edit->removed_hash)
            continue;
        const Leaf *leaf = message_leaf (message, edit->leaf);
        edit->begins = name_block (message, edit);
        if (edit->kind == EDIT_DROP)
            edit->removed_hash = hash_range (message_bytes (message), leaf->start, leaf->end);
        else if (leaf->content)
            edit->removed_hash = hash_range (leaf->content, edit->start, edit->end);
    }
}
