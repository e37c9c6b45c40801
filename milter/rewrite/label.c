/* SPDX-License-Identifier: BSD-2-Clause */

/* A label in front of a Subject. */

#include "label.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* RFC 5322 2.1.1, and RFC 2047 2 for a line with encoded words and for one word. */
enum { LINE_LENGTH = 78, WORD_LINE = 76, WORD_LENGTH = 75 };

#define NAME       "Subject: "
#define WORD_START "=?utf-8?Q?"
#define WORD_END   "?="

/* Longer ones could not be broken at a place where they have no blank. */
#define LONGEST_PLAIN 60

/* What reads like an encoded word would be decoded. */
static bool
is_plain (const char *label)
{
    return g_str_is_ascii (label) && !strstr (label, "=?") && strlen (label) <= LONGEST_PLAIN;
}

/* A character of the "Q" encoding. Base64 has padding at its end, and readers that decode adjacent
 * words in one go (GMime) would stop there. */
static void
encode_character (GString *out, const char *text)
{
    for (const char *end = g_utf8_next_char (text); text < end; text++)
        if (g_ascii_isalnum (*text))
            g_string_append_c (out, *text);
        else if (*text == ' ')
            g_string_append_c (out, '_');
        else
            g_string_append_printf (out, "=%02X", (guint8)*text);
}

/* No character is split between two words. */
static char *
encode_words (const char *text, gsize length)
{
    GString *out = g_string_new (WORD_START);
    g_autoptr (GString) character = g_string_new (NULL);
    gsize word = strlen (WORD_START), room = WORD_LINE - strlen (NAME);

    for (const char *end = text + length; text < end; text = g_utf8_next_char (text)) {
        g_string_truncate (character, 0);
        encode_character (character, text);
        if (word + character->len + strlen (WORD_END) > room) {
            g_string_append (out, WORD_END "\r\n " WORD_START);
            word = strlen (WORD_START);
            room = WORD_LENGTH;
        }
        g_string_append_len (out, character->str, (gssize)character->len);
        word += character->len;
    }
    g_string_append (out, WORD_END " ");
    return g_string_free (out, FALSE);
}

/* Blanks between two encoded words are dropped, so the one at the end of the label has to be in
 * its word when another word follows; before other text it stands for itself. */
static char *
encode_label (const char *label, const char *value)
{
    gsize length = strlen (label);
    bool word_follows = value && g_str_has_prefix (value + strspn (value, " \t\r\n"), "=?");

    while (!word_follows && length > 0 && label[length - 1] == ' ')
        length--;
    return encode_words (label, length);
}

/* An encoded word needs a blank before it, and so does text after one; a fold stands in for it. */
char *
label_put (const char *label, const char *value)
{
    bool plain = is_plain (label);
    g_autofree char *prefix = plain ? g_strdup (label) : encode_label (label, value);
    const char *line = strrchr (prefix, '\n');
    gsize used = line ? strlen (line + 1) : strlen (NAME) + strlen (prefix);

    if (!value || !*value || *value == '\r')
        return g_strconcat (g_strchomp (prefix), value ? value : "", NULL);
    gsize first = strcspn (value, "\r\n");
    bool words = !plain || g_strstr_len (value, (gssize)first, "=?");
    if (used + first <= (words ? WORD_LINE : LINE_LENGTH) || !g_str_has_suffix (prefix, " "))
        return g_strconcat (prefix, value, NULL);
    return g_strconcat (g_strchomp (prefix), "\r\n ", value, NULL);
}
