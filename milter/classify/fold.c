/* SPDX-License-Identifier: BSD-2-Clause */

#include "fold.h"

#include <glib.h>
#include <stdbool.h>

#include "licet/utf8.h"

char *
fold_case (const char *text)
{
    if (g_str_is_ascii (text))
        return g_ascii_strdown (text, -1);
    g_autofree char *composed = utf8_normalise (text, G_NORMALIZE_NFC);

    return g_utf8_casefold (composed, -1);
}

static bool
is_between (gunichar letter, gunichar first, gunichar last)
{
    return letter >= first && letter <= last;
}

/* Hangul in parts and halfwidth forms need the neighbours to be read. */
static bool
needs_composing (const char *text)
{
    for (; *text; text = g_utf8_next_char (text)) {
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
add_folded (GString *out, gunichar letter)
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

char *
fold_loose (const char *text)
{
    g_autofree char *composed =
        needs_composing (text) ? utf8_normalise (text, G_NORMALIZE_NFKC) : NULL;
    const char *at = composed ? composed : text;
    GString *out = g_string_sized_new (64);

    while (*at) {
        if (g_ascii_isspace (*at)) {
            if (out->len == 0 || out->str[out->len - 1] != ' ')
                g_string_append_c (out, ' ');
            at++;
        } else if ((unsigned char)*at < 0x80) {
            g_string_append_c (out, g_ascii_tolower (*at++));
        } else {
            add_folded (out, g_utf8_get_char (at));
            at = g_utf8_next_char (at);
        }
    }
    return g_string_free (out, FALSE);
}
