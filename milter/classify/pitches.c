/* SPDX-License-Identifier: BSD-2-Clause */

/* Patterns of percentages and codes are asked only from the first place on that may have one. */

#include "pitches.h"

#include <string.h>

#include "licet/utf8.h"

#include "fold.h"
#include "letters.h"
#include "settled.h"

/* Bytes that a percentage may have before or behind its sign. */
enum { REACH = 16 };

/* Within which a code that is to be used may stand behind it. */
enum { CODE_REACH = 96 };

typedef struct {
    const char *text;
    bool backwards, has_rest;
    Pitch whole, rest; /* without what is settled */
} Judged;

struct Pitches {
    const Words *words;
    GHashTable *judged;
};

/* From a place on: what stands before it may be looked at. */
static bool
matches (GRegex **pattern, const char *expression, const char *text, const char *from)
{
    if (g_once_init_enter (pattern)) {
        GRegex *compiled =
            g_regex_new (expression, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
        g_assert (compiled);
        g_once_init_leave (pattern, compiled);
    }
    return g_regex_match_full (*pattern, text, -1, (int)(from - text), 0, NULL, NULL);
}

/* The letter that begins some bytes before a place, or the first one. */
static const char *
step_back (const char *text, const char *at, size_t bytes)
{
    at -= MIN ((size_t)(at - text), bytes);
    while (at > text && ((guchar)*at & 0xc0) == 0x80)
        at--;
    return at;
}

static bool
may_be_digit (char byte)
{
    return g_ascii_isdigit (byte) || (guchar)byte >= 0x80;
}

/* Right before it, or before the blank before it. */
static bool
may_have_digit (const char *text, const char *sign)
{
    const char *digit = sign > text ? sign - 1 : sign;

    digit -= digit > text && (guchar)*digit <= ' ';
    return may_be_digit (*digit);
}

/* Whether a percent sign may be of what the pattern looks for. Its digits and blanks need not be of
 * ASCII, and have four bytes at most. */
static bool
may_reduce (const char *text, const char *sign)
{
    const char *before = step_back (text, sign, REACH), *after = sign + 1;

    after += *after && (guchar)*after <= ' ';
    if (may_have_digit (text, sign) &&
        ((guchar)*after >= 0x80 || (*after && strchr ("odrkziODRKZI", *after)) ||
         memchr (before, '-', (size_t)(sign - before))))
        return true;
    if (!may_be_digit (*after))
        return false;
    const char *blank = memchr (after, ' ', strnlen (after, REACH));
    return blank && (blank[1] | 0x20) == 'i';
}

/* "20% with the code X": whether a code may stand behind a sign with digits before it. */
static bool
may_be_coded (const char *text, const char *sign)
{
    size_t reach = strnlen (sign, CODE_REACH);

    if (!may_have_digit (text, sign))
        return false;
    for (size_t i = 1; i < reach; i++)
        if ((sign[i] | 0x20) == 'd' && ((sign[i - 1] | 0x20) == 'o' || (guchar)sign[i - 1] >= 0x80))
            return true;
    return false;
}

static const char *
find_sign (const char *text, bool (*may) (const char *text, const char *sign))
{
    const char *sign = strchr (text, '%');

    while (sign && !may (text, sign))
        sign = strchr (sign + 1, '%');
    return sign;
}

/* "20% with your code". */
#define REDUCED_BY                                                                             \
    "\\d{1,2}\\s?%[^.!?\\n]{1,24}\\b(?:with|mit|avec|con|com|met|med|z)\\s(?:\\pL{1,8}\\s){0,2}"   \
    "(?:code|c[oó]digo|codice|kodem|koden|kode)"

/* "Save 20% with code X", "20% with code WINTER20": not what a machine says of its work, nor the number
 * that somebody logs in with. */
static bool
has_coded (const char *text)
{
    static GRegex *pattern;
    const char *sign = find_sign (text, may_be_coded);

    return sign &&
           matches (&pattern,
                    "(?:\\b(?:sav|spar|[eé]conomis|profite|gagne|ahorr|risparmi|bespaar|oszcz|poupe)"
                    "\\pL*\\s[^.!?\\n]{0,16}\\b" REDUCED_BY "\\b|\\b" REDUCED_BY
                    "\\s[\"'“„«]?(?=\\pL*\\d)(?=\\d*\\pL)[\\pL\\d-]{4,})",
                    text, step_back (text, sign, 2 * REACH));
}

/* "20 % auf alles": unless it is interest, a tax or a new price. */
static bool
has_all (const char *text)
{
    static GRegex *all, *other;
    const char *sign = strstr (text, "% auf ");

    return sign &&
           matches (&all,
                    "\\b\\d{1,2}\\s?% auf (?:alles\\b|(?:das|die) (?:gesamte|ganze|neue) "
                    "(?:sortiment|kollektion|angebot|auswahl|programm|ware))",
                    text, step_back (text, sign, REACH)) &&
           !matches (&other, "zins|steuer|mwst|preis(?:anpass|erh)|gebühr|zuschlag|aufschlag", text,
                     text);
}

static bool
has_percentage (const char *text)
{
    static GRegex *pattern;
    const char *sign = find_sign (text, may_reduce);

    return sign &&
           matches (&pattern,
                    "(?<![\\w.,])-\\s?\\d{1,2}\\s?%|\\b\\d{1,2}\\s?%\\s?(?:off|discount|rabatt|"
                    "de descuento|dto|de réduction|de remise|di sconto|de desconto|korting|"
                    "zniżki|rabatu|indirim|скид)|%\\s?\\d{1,2} indirim",
                    text, step_back (text, sign, REACH));
}

/* Of a text without capitals: whether "code" may be of what the pattern looks for, by the ends of the
 * words before it. */
static bool
may_redeem (const char *text, const char *code)
{
    static const char *const ends[] = { "mo", "on", "nt", "er", "in", "tt", "ns", "gs" };
    const char *end = code - (code > text && strchr (" -", code[-1]) ? 1 : 0);

    if (code[4] == ' ' && code[5] == 'p')
        return true;
    if (end - text < 2)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS (ends); i++)
        if (strncmp (end - 2, ends[i], 2) == 0)
            return true;
    return (guchar)end[-1] >= 0x80 || (guchar)end[-2] >= 0x80;
}

/* The first place that may be of what the pattern looks for, which is dear on a long text. */
static const char *
find_code (const char *text)
{
    g_autofree char *lower = fold_ascii (text, strlen (text));

    if (strstr (lower, "digo pro") || strstr (lower, "codice"))
        return text;
    const char *code = strstr (lower, "code");
    while (code && !may_redeem (lower, code))
        code = strstr (code + 1, "code");
    return code ? text + (code - lower) : NULL;
}

static bool
has_code (const char *text)
{
    static GRegex *pattern;
    bool may = strstr (text, "code") || strstr (text, "digo pro") || strstr (text, "codice");
    const char *code = may ? find_code (text) : NULL;

    return code &&
           matches (&pattern,
                    "\\b(?:promo|coupon|discount|voucher|gutschein|rabatt|aktions|kortings)"
                    "[ -]?code|c[oó]digo promocional|code promo|codice sconto",
                    text, step_back (text, code, 2 * REACH));
}

/* Whether a person reads what every program does: plain is the text, and nothing below it. */
static bool
reads_same (const char *text, const char *plain)
{
    size_t length = strlen (text);

    if (strnlen (plain, length) < length ||
        plain[length + strspn (plain + length, "\n")] != '\0')
        return false;
    g_autofree char *one = fold_ascii (text, length), *other = fold_ascii (plain, length);
    return memcmp (one, other, length) == 0;
}

static Pitch
judge_text (const char *text, bool backwards, const Words *words)
{
    Pitch pitch = { 0 };
    const char *term = NULL;
    g_autofree char *plain = letters_plain (text, backwards);

    pitch.points = words_promotional (words, plain, &pitch.term);
    if (pitch.points > 0 && !reads_same (text, plain)) {
        unsigned open = words_promotional (words, text, &term);
        pitch.disguised = pitch.points > open ? pitch.points - open : 0;
    }
    bool percentage = has_percentage (plain) || has_all (plain) || has_coded (plain);
    bool code = has_code (plain);
    pitch.reduced = percentage || code;
    pitch.points += pitch.disguised;
    pitch.points += percentage ? 2 : 0;
    pitch.points += code ? 2 : 0;
    return pitch;
}

static guint
hash_judged (gconstpointer data)
{
    return utf8_hash (((const Judged *)data)->text);
}

static gboolean
equal_judged (gconstpointer a, gconstpointer b)
{
    const Judged *one = a, *other = b;

    return one->backwards == other->backwards && strcmp (one->text, other->text) == 0;
}

Pitches *
pitches_new (const Words *words)
{
    Pitches *pitches = g_new0 (Pitches, 1);

    pitches->words = words;
    pitches->judged = g_hash_table_new_full (hash_judged, equal_judged, g_free, NULL);
    return pitches;
}

void
pitches_free (Pitches *pitches)
{
    g_hash_table_unref (pitches->judged);
    g_free (pitches);
}

static Judged *
find_judged (Pitches *pitches, const char *text, bool backwards)
{
    Judged key = { .text = text, .backwards = backwards };
    Judged *judged = g_hash_table_lookup (pitches->judged, &key);

    if (judged)
        return judged;
    key.whole = judge_text (text, backwards, pitches->words);
    judged = g_memdup2 (&key, sizeof key);
    g_hash_table_add (pitches->judged, judged);
    return judged;
}

Pitch
pitches_whole (Pitches *pitches, const char *text, bool backwards)
{
    return find_judged (pitches, text, backwards)->whole;
}

Pitch
pitches_rest (Pitches *pitches, const char *text, bool backwards)
{
    Judged *judged = find_judged (pitches, text, backwards);

    if (!judged->has_rest) {
        g_autofree char *rest = settled_remove (text, pitches->words);
        judged->rest = judge_text (rest, backwards, pitches->words);
        judged->has_rest = true;
    }
    return judged->rest;
}
