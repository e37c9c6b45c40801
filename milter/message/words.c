/* SPDX-License-Identifier: BSD-2-Clause */

/* The writer of encoded words. Readers drop the blanks between two of them, so a blank that is
 * text goes inside. */

#include "words.h"

#include <string.h>

#define PREFIX_Q "=?utf-8?q?"
#define PREFIX_B "=?utf-8?b?"
#define SUFFIX   "?="

/* RFC 2047 2: a word has at most 75 characters, a line with one at most 76. */
#define WORD_WIDTH 75
#define LINE_WIDTH 76

bool
words_is_8bit (const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return true;
    return false;
}

bool
words_is_encoded (const char *word, size_t length)
{
    return length >= 8 && memcmp (word, "=?", 2) == 0 &&
           memcmp (word + length - 2, "?=", 2) == 0 && !words_is_8bit (word, length);
}

/* RFC 2047 5 (3), the narrowest of the three: a phrase. */
static bool
is_plain (char c)
{
    return g_ascii_isalnum (c) || (c && strchr ("!*+-/", c));
}

static size_t
quoted_width (const char *text, size_t length)
{
    size_t width = 0;

    for (size_t i = 0; i < length; i++)
        width += is_plain (text[i]) || text[i] == ' ' ? 1 : 3;
    return width;
}

static void
append_quoted (GString *out, const char *text, size_t length)
{
    g_string_append (out, PREFIX_Q);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ')
            g_string_append_c (out, '_');
        else if (is_plain (text[i]))
            g_string_append_c (out, text[i]);
        else
            g_string_append_printf (out, "=%02X", (unsigned char)text[i]);
    }
    g_string_append (out, SUFFIX);
}

static void
append_base64 (GString *out, const char *text, size_t length)
{
    g_autofree char *digits = g_base64_encode ((const guchar *)text, length);

    g_string_append_printf (out, "%s%s%s", PREFIX_B, digits, SUFFIX);
}

/* How many bytes from the start on fit into one word, whole letters only; at least one letter. */
static size_t
fitting (const char *text, size_t length, size_t room, bool base64)
{
    size_t taken = 0, width = 0;

    while (taken < length) {
        size_t letter = (size_t)(g_utf8_next_char (text + taken) - (text + taken));
        letter = MIN (letter, length - taken);
        width += quoted_width (text + taken, letter);
        size_t needed = base64 ? (taken + letter + 2) / 3 * 4 : width;
        if (taken > 0 && needed > room)
            break;
        taken += letter;
    }
    return taken;
}

void
words_append (GString *out, const char *text, size_t length, size_t used)
{
    const size_t frame = strlen (PREFIX_Q SUFFIX);
    bool base64 = (length + 2) / 3 * 4 < quoted_width (text, length);
    size_t room = used + frame + 12 < LINE_WIDTH ? LINE_WIDTH - used : LINE_WIDTH;

    room = MIN (room, (size_t)WORD_WIDTH);
    while (length > 0) {
        size_t n = fitting (text, length, room - frame, base64);
        if (base64)
            append_base64 (out, text, n);
        else
            append_quoted (out, text, n);
        text += n;
        length -= n;
        room = WORD_WIDTH;
        if (length > 0)
            g_string_append_c (out, ' ');
    }
}

static size_t
blanks_at (const char *text, size_t length, size_t i)
{
    size_t n = 0;

    while (i + n < length && strchr (" \t", text[i + n]) && text[i + n])
        n++;
    return n;
}

static size_t
word_at (const char *text, size_t length, size_t i)
{
    size_t n = 0;

    while (i + n < length && text[i + n] != ' ' && text[i + n] != '\t')
        n++;
    return n;
}

/* The end of the words from start on that go into one run: until a word that may stay, but for
 * the blanks before a word that is encoded already. */
static size_t
run_end (const char *text, size_t length, size_t start)
{
    size_t end = start;

    for (;;) {
        end += word_at (text, length, end);
        size_t next = end + blanks_at (text, length, end);
        size_t word = word_at (text, length, next);
        if (word == 0)
            return end;
        if (words_is_encoded (text + next, word))
            return next;
        if (!words_is_8bit (text + next, word))
            return end;
        end = next;
    }
}

void
words_append_mixed (GString *out, const char *text, size_t length, size_t used)
{
    bool after_encoded = false;

    for (size_t i = 0; i < length;) {
        size_t blanks = blanks_at (text, length, i), at = i + blanks;
        size_t word = word_at (text, length, at), column = out->len == 0 ? used : 0;
        if (!words_is_8bit (text + at, word)) {
            g_string_append_len (out, text + i, (gssize)(blanks + word));
            after_encoded = words_is_encoded (text + at, word);
            i = at + word;
            continue;
        }
        size_t start = after_encoded ? i : at, end = run_end (text, length, at);
        g_string_append_len (out, after_encoded ? " " : text + i,
                             after_encoded ? 1 : (gssize)blanks);
        words_append (out, text + start, end - start, column);
        /* Blanks that went inside need others, which nobody shows, before the next word. */
        if (blanks_at (text, length, end - 1) > 0)
            g_string_append_c (out, ' ');
        after_encoded = false;
        i = end;
    }
}
