/* SPDX-License-Identifier: BSD-2-Clause */

#include "fold.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "licet/utf8.h"

#include "pages.h"

/* What becomes of a letter; of the few that are longer only that they are. */
typedef struct {
    char text[15];
    guint8 length;
} Spelling;

enum { TOO_LONG = 0xff };

/* The first byte of U+1000 and what follows. */
enum { LEAST_COMPOSING = 0xe1 };

static bool
is_between (gunichar letter, gunichar first, gunichar last)
{
    return letter >= first && letter <= last;
}

/* Hangul in parts and halfwidth forms need the neighbours to be read. */
static bool
needs_composing (const char *text, size_t length)
{
    for (const char *end = text + length; text < end; text = g_utf8_next_char (text)) {
        text += utf8_ascii_length (text, (size_t)(end - text));
        if ((guchar)*text < LEAST_COMPOSING)
            continue;
        gunichar letter = g_utf8_get_char (text);
        if (is_between (letter, 0x1100, 0x11ff) || is_between (letter, 0xff61, 0xffdc))
            return true;
    }
    return false;
}

static bool
is_dropped (gunichar letter)
{
    return is_between (letter, 0x300, 0x36f) || is_between (letter, 0x591, 0x5c7) ||
           letter == 0x640 || is_between (letter, 0x64b, 0x652) || letter == 0x670 ||
           is_between (letter, 0x200b, 0x200f) || is_between (letter, 0x202a, 0x202e) ||
           is_between (letter, 0x2060, 0x2069) || letter == 0xfeff || letter == 0xad;
}

static gunichar
unify_arabic (gunichar letter)
{
    switch (letter) {
    case 0x622: /* alef with madda, hamza above, hamza below, wasla */
    case 0x623:
    case 0x625:
    case 0x671:
        return 0x627;
    case 0x649: /* alef maksura, and the Persian yeh */
    case 0x6cc:
        return 0x64a;
    case 0x629: /* teh marbuta */
        return 0x647;
    default:
        return letter;
    }
}

static gunichar
strip_accents (gunichar letter)
{
    gunichar base, mark;

    while (g_unichar_decompose (letter, &base, &mark) && mark != 0)
        letter = base;
    switch (letter) {
    case 0x131: /* dotless i */
        return 'i';
    case 0x142: /* l with stroke */
        return 'l';
    case 0xf8: /* o with stroke */
        return 'o';
    case 0x111: /* d with stroke */
        return 'd';
    default:
        return letter;
    }
}

static void
spell_loose (GString *out, gunichar letter)
{
    if (is_dropped (letter))
        return;
    if (is_between (letter, 0xff01, 0xff5e))
        letter -= 0xfee0;
    letter = letter == 0xa0 || letter == 0x3000 ? ' ' : g_unichar_tolower (letter);
    if (is_between (letter, 0xc0, 0x24f) || is_between (letter, 0x370, 0x52f) ||
        is_between (letter, 0x1e00, 0x1fff))
        letter = strip_accents (letter);
    else if (is_between (letter, 0x600, 0x6ff))
        letter = unify_arabic (letter);
    if (letter == 0xdf)
        g_string_append (out, "ss");
    else if (letter == 0xe6)
        g_string_append (out, "ae");
    else if (letter == 0x153)
        g_string_append (out, "oe");
    else
        g_string_append_unichar (out, letter);
}

static void
spell_case (GString *out, gunichar letter)
{
    char text[6];
    g_autofree char *folded = g_utf8_casefold (text, g_unichar_to_utf8 (letter, text));

    g_string_append (out, folded);
}

static bool
is_apostrophe (gunichar letter)
{
    return letter == 0x2018 || letter == 0x2019 || letter == 0x02bc || letter == '`';
}

/* The dotless i of Turkish is a letter of its own, and its capital is the I of everybody else. */
static gunichar
open_letter (gunichar letter)
{
    return is_apostrophe (letter)                                  ? '\''
           : g_unichar_isspace (letter)                            ? ' '
           : letter == 0x0131                                      ? 'i'
           : letter == 0x0142                                      ? 'l'
           : letter == 0x00f8                                      ? 'o'
           : g_unichar_type (letter) == G_UNICODE_DASH_PUNCTUATION ? '-'
                                                                   : letter;
}

static void
spell_open (GString *out, gunichar letter)
{
    char text[6];
    g_autofree char *open =
        g_utf8_normalize (text, g_unichar_to_utf8 (letter, text), G_NORMALIZE_ALL);
    g_autofree char *lower = g_utf8_casefold (open, -1);

    for (const char *at = lower; *at; at = g_utf8_next_char (at)) {
        gunichar part = g_utf8_get_char (at);
        GUnicodeType type = g_unichar_type (part);
        if (type != G_UNICODE_NON_SPACING_MARK && type != G_UNICODE_FORMAT)
            g_string_append_unichar (out, open_letter (part));
    }
}

static void
fill (void (*spell) (GString *out, gunichar letter), gunichar letter, void *row)
{
    g_autoptr (GString) out = g_string_new (NULL);
    Spelling *spelling = row;

    if (g_unichar_validate (letter) && letter > 0)
        spell (out, letter);
    spelling->length = out->len <= sizeof spelling->text ? (guint8)out->len : TOO_LONG;
    memcpy (spelling->text, out->str, MIN (out->len, sizeof spelling->text));
}

static void
fill_case (gunichar letter, void *row)
{
    fill (spell_case, letter, row);
}

static void
fill_loose (gunichar letter, void *row)
{
    fill (spell_loose, letter, row);
}

static void
fill_open (gunichar letter, void *row)
{
    fill (spell_open, letter, row);
}

/* One way to fold. */
typedef struct {
    void (*spell) (GString *out, gunichar letter);
    Pages pages;
} Way;

static Way by_case = { spell_case, { sizeof (Spelling), fill_case, { NULL } } };
static Way by_looks = { spell_loose, { sizeof (Spelling), fill_loose, { NULL } } };
static Way by_opening = { spell_open, { sizeof (Spelling), fill_open, { NULL } } };

/* Ideographs have neither case nor accents. */
static bool
is_ideograph (gunichar letter)
{
    return is_between (letter, 0x4e00, 0x9fff);
}

static size_t
append_letter (Way *way, GString *out, const char *at)
{
    gunichar letter = g_utf8_get_char (at);
    size_t length = (size_t)g_utf8_skip[(guchar)*at];

    if (is_ideograph (letter)) {
        g_string_append_len (out, at, (gssize)length);
        return length;
    }
    const Spelling *spelling = pages_find (&way->pages, letter);
    if (spelling && spelling->length != TOO_LONG)
        g_string_append_len (out, spelling->text, spelling->length);
    else
        way->spell (out, letter);
    return length;
}

static size_t
append_ascii (GString *out, const char *text, size_t left)
{
    size_t length = utf8_ascii_length (text, left), before = out->len;

    g_string_set_size (out, before + length);
    utf8_lower_ascii (out->str + before, text, length);
    return length;
}

char *
fold_ascii (const char *text, size_t length)
{
    char *lower = g_malloc (length + 1);

    utf8_lower_ascii (lower, text, length);
    lower[length] = '\0';
    return lower;
}

char *
fold_case (const char *text)
{
    size_t length = strlen (text);

    if (utf8_ascii_length (text, length) == length)
        return fold_ascii (text, length);
    g_autofree char *composed = utf8_normalise (text, G_NORMALIZE_NFC);
    const char *at = composed, *end = composed + strlen (composed);
    GString *out = g_string_sized_new ((size_t)(end - at) + 16);

    while (at < end) {
        at += append_ascii (out, at, (size_t)(end - at));
        if (at < end)
            at += append_letter (&by_case, out, at);
    }
    return g_string_free (out, FALSE);
}

/* The apostrophe that is none, and blanks. */
static void
open_ascii (char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '`')
            text[i] = '\'';
        else if (g_ascii_isspace (text[i]))
            text[i] = ' ';
}

char *
fold_open (const char *text)
{
    size_t length = strlen (text);

    if (utf8_ascii_length (text, length) == length)
        return fold_ascii (text, length);
    const char *at = text, *end = text + length;
    GString *out = g_string_sized_new (length + 16);

    while (at < end) {
        size_t ascii = append_ascii (out, at, (size_t)(end - at));
        open_ascii (out->str + out->len - ascii, ascii);
        at += ascii;
        if (at < end)
            at += append_letter (&by_opening, out, at);
    }
    return g_string_free (out, FALSE);
}

/* The length of a text up to its end, or to the first blank that does not stand alone. */
static size_t
plain_length (const char *text)
{
    const char *at = text;

    for (;; at++) {
        while (*at > ' ')
            at++;
        if (*at != ' ' || at[1] <= ' ')
            return (size_t)(at - text);
    }
}

/* In lower case, with blanks as one; the text before may end with one, too. There is room for one byte
 * more. Gives what is behind it. */
static char *
spell_ascii (char *to, const char *text, size_t length, bool blank)
{
    const char *from = to, *end = to + length;

    utf8_lower_ascii (to, text, length);
    to[length] = '\0';
    if (!blank) {
        to += plain_length (to);
        from = to;
    }
    while (from < end) {
        char letter = *from++;
        bool space = letter <= ' ' && (letter == ' ' || g_ascii_isspace (letter));
        *to = space ? ' ' : letter;
        to += !(space && blank);
        blank = space;
    }
    return to;
}

static size_t
append_loose_ascii (GString *out, const char *text, size_t left)
{
    size_t length = utf8_ascii_length (text, left), before = out->len;

    g_string_set_size (out, before + length);
    char *to = out->str + before;
    const char *end = spell_ascii (to, text, length, before > 0 && to[-1] == ' ');
    g_string_truncate (out, (size_t)(end - out->str));
    return length;
}

char *
fold_loose (const char *text)
{
    size_t length = strlen (text);

    if (utf8_ascii_length (text, length) == length) {
        char *loose = g_malloc (length + 1);
        *spell_ascii (loose, text, length, false) = '\0';
        return loose;
    }
    g_autofree char *composed =
        needs_composing (text, length) ? utf8_normalise (text, G_NORMALIZE_NFKC) : NULL;
    const char *at = composed ? composed : text;
    const char *end = composed ? composed + strlen (composed) : text + length;
    GString *out = g_string_sized_new ((size_t)(end - at) + 16);

    while (at < end) {
        at += append_loose_ascii (out, at, (size_t)(end - at));
        if (at < end)
            at += append_letter (&by_looks, out, at);
    }
    return g_string_free (out, FALSE);
}
