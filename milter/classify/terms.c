/* SPDX-License-Identifier: BSD-2-Clause */

#include "terms.h"

#include <string.h>

#include "fold.h"
#include "pages.h"

/* Letters of a beginning, of a part within, and of a stretch of a script without blanks. */
enum {
    LEAST_BEGINNING = 4,
    MOST_BEGINNING = 6,
    LEAST_PART = 2,
    MOST_PART = 3,
    MOST_LETTERS = 3
};

/* What a letter is, as bits. */
enum {
    OF_WORD = 1 << 0,  /* of a script with blanks */
    DIGIT = 1 << 1,    /* and of a word */
    UNSPACED = 1 << 2, /* Thai, Lao, kana and ideographs */
    TELLING = 1 << 3,  /* ? ! % and the signs of currencies */
    OF_PARTS = 1 << 4, /* Hebrew, Arabic, Hangul; and of a word */
};

static bool
is_between (gunichar letter, gunichar first, gunichar last)
{
    return letter >= first && letter <= last;
}

static bool
is_unspaced (gunichar letter)
{
    return is_between (letter, 0xe00, 0xeff) || is_between (letter, 0x3040, 0x30ff) ||
           is_between (letter, 0x31f0, 0x31ff) || is_between (letter, 0x3400, 0x4dbf) ||
           is_between (letter, 0x4e00, 0x9fff);
}

static bool
is_telling (gunichar letter)
{
    return letter == '?' || letter == '!' || letter == '%' ||
           g_unichar_type (letter) == G_UNICODE_CURRENCY_SYMBOL;
}

static void
fill_kind (gunichar letter, void *row)
{
    bool parts = is_between (letter, 0x590, 0x77f) || is_between (letter, 0xac00, 0xd7a3);
    guint8 *kind = row;

    if (is_unspaced (letter))
        *kind = UNSPACED;
    else if (g_unichar_isdigit (letter))
        *kind = OF_WORD | DIGIT;
    else if (g_unichar_isalnum (letter) || g_unichar_ismark (letter))
        *kind = OF_WORD | (parts ? OF_PARTS : 0);
    else
        *kind = is_telling (letter) ? TELLING : 0;
}

static Pages kinds = { sizeof (guint8), fill_kind, { NULL } };

static guint8
kind_of_ascii (char byte)
{
    if (g_ascii_isalnum (byte))
        return g_ascii_isdigit (byte) ? OF_WORD | DIGIT : OF_WORD;
    return byte == '?' || byte == '!' || byte == '%' || byte == '$' ? TELLING : 0;
}

static guint8
kind_at (const char *at)
{
    if ((guchar)*at < 0x80)
        return kind_of_ascii (*at);
    gunichar letter = g_utf8_get_char (at);
    const guint8 *kind = pages_find (&kinds, letter);
    guint8 rare = 0;

    if (!kind)
        fill_kind (letter, &rare);
    return kind ? *kind : rare;
}

/* FNV-1a. */
static const guint64 HASH_START = 14695981039346656037u, HASH_STEP = 1099511628211u;

static guint64
hash_more (guint64 hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (guchar)bytes[i]) * HASH_STEP;
    return hash;
}

static guint64
hash_pair (guint64 first, guint64 second)
{
    return ((first << 7 | first >> 57) ^ second) * HASH_STEP;
}

static guint64
hash_place (guint64 hash, TermPlace place)
{
    return (hash ^ (guint64)place) * HASH_STEP;
}

guint64
passage_term_hash (const char *spelling, size_t length)
{
    const char *blank = memchr (spelling, ' ', length);
    size_t first = blank ? (size_t)(blank - spelling) : 0;
    bool within = length > 0 && *spelling == '*';
    bool open = length > 1 && spelling[length - 1] == '*';

    if (blank)
        return hash_pair (hash_more (HASH_START, spelling, first),
                          hash_more (HASH_START, blank + 1, length - first - 1));
    guint64 hash = hash_more (HASH_START, spelling + within, length - within - open);
    return !open ? hash : hash_place (hash, within ? TERM_WITHIN : TERM_BEGINNING);
}

/* A text on its way: what was last is the first of two. */
typedef struct {
    void (*seen) (const PassageTerm *term, gpointer data);
    gpointer data;
    const char *last; /* NULL after letters of a script without blanks */
    size_t last_length;
    guint64 last_hash;
} Walk;

static void
see (const Walk *walk, const char *at, size_t length, TermPlace place, guint64 hash)
{
    PassageTerm term = { NULL,   at,    0,
                         length, place, place == TERM_WHOLE ? hash : hash_place (hash, place) };

    walk->seen (&term, walk->data);
}

/* A word, and it with the one before. */
static void
see_word (Walk *walk, const char *at, size_t length, guint64 hash)
{
    see (walk, at, length, TERM_WHOLE, hash);
    if (walk->last) {
        PassageTerm pair = { walk->last, at,         walk->last_length,
                             length,     TERM_WHOLE, hash_pair (walk->last_hash, hash) };
        walk->seen (&pair, walk->data);
    }
    walk->last = at;
    walk->last_length = length;
    walk->last_hash = hash;
}

/* The stretches of some letters that begin with one. */
static void
see_stretches (const Walk *walk, const char *at, const char *end, unsigned least, unsigned most,
               TermPlace place)
{
    const char *to = at;
    guint64 hash = HASH_START;

    for (unsigned letters = 1; letters <= most && to < end; letters++) {
        const char *next = g_utf8_next_char (to);
        hash = hash_more (hash, to, (size_t)(next - to));
        to = next;
        if (letters >= least && (place != TERM_BEGINNING || to < end))
            see (walk, at, (size_t)(to - at), place, hash);
    }
}

static bool
is_joint (char byte)
{
    return byte == '.' || byte == ',' || byte == ':' || byte == '/' || byte == '-';
}

/* Points, dashes and the like within a number are part of it. *ret_kinds: what all its letters are. */
static const char *
word_end (const char *at, guint8 *ret_kinds)
{
    bool digits = (kind_at (at) & DIGIT) != 0;
    guint8 all = 0xff;

    for (;;) {
        guint8 kind = *at ? kind_at (at) : 0;
        bool joint = digits && is_joint (*at) && (kind_at (at + 1) & DIGIT);
        if (!joint && !(kind & OF_WORD)) {
            *ret_kinds = all;
            return at;
        }
        all &= joint ? 0xff : kind;
        at = g_utf8_next_char (at);
    }
}

/* Of a word, behind letters of ASCII. */
static bool
goes_on (const char *at)
{
    return (guchar)*at < 0x80 ? g_ascii_isdigit (*at) : (kind_at (at) & OF_WORD) != 0;
}

/* A word of letters of ASCII, the most common kind, in one pass over it; NULL where others are in it. */
static const char *
take_usual_word (Walk *walk, const char *at)
{
    guint64 hash = HASH_START, beginnings[MOST_BEGINNING + 1];
    size_t length = 0;

    for (; g_ascii_isalpha (at[length]); length++) {
        if (length <= MOST_BEGINNING)
            beginnings[length] = hash;
        hash = (hash ^ (guchar)at[length]) * HASH_STEP;
    }
    if (length == 0 || goes_on (at + length))
        return NULL;
    see_word (walk, at, length, hash);
    for (size_t part = LEAST_BEGINNING; part <= MOST_BEGINNING && part < length; part++)
        see (walk, at, part, TERM_BEGINNING, beginnings[part]);
    return at + length;
}

static const char *
take_word (Walk *walk, const char *at)
{
    guint8 all = 0;
    const char *end = word_end (at, &all);
    size_t length = (size_t)(end - at);

    if (all & DIGIT) {
        see_word (walk, "#", 1, hash_more (HASH_START, "#", 1));
        return end;
    }
    see_word (walk, at, length, hash_more (HASH_START, at, length));
    see_stretches (walk, at, end, LEAST_BEGINNING, MOST_BEGINNING, TERM_BEGINNING);
    for (const char *part = at; (all & OF_PARTS) && part < end; part = g_utf8_next_char (part))
        see_stretches (walk, part, end, LEAST_PART, MOST_PART, TERM_WITHIN);
    return end;
}

/* All letters of a script without blanks that stand together. */
static const char *
take_letters (Walk *walk, const char *at)
{
    const char *end = at;

    while (*end && (kind_at (end) & UNSPACED))
        end = g_utf8_next_char (end);
    for (; at < end; at = g_utf8_next_char (at))
        see_stretches (walk, at, end, 1, MOST_LETTERS, TERM_WHOLE);
    walk->last = NULL;
    return end;
}

static bool
is_page (const char *at)
{
    if (*at == 'w')
        return strncmp (at, "www.", 4) == 0;
    return *at == 'h' && strncmp (at, "http", 4) == 0 &&
           (!g_ascii_isgraph (at[4]) || at[4] == ':' || at[4] == 's');
}

/* The length of an address of a page or of mail, of which the words say nothing, or 0. mail: whether
 * there is one of mail at all. */
static size_t
address_length (const char *at, bool mail)
{
    bool page = is_page (at);
    size_t length = 0;

    if (!mail && !page)
        return 0;
    /* What is no ASCII is no part of one: a script without blanks may go on right behind it. */
    while (g_ascii_isgraph (at[length]))
        length++;
    return page || memchr (at, '@', length) ? length : 0;
}

static const char *
take (Walk *walk, const char *at)
{
    const char *usual = take_usual_word (walk, at);

    if (usual)
        return usual;
    guint8 kind = kind_at (at);
    const char *next = g_utf8_next_char (at);
    if (kind & OF_WORD)
        return take_word (walk, at);
    if (kind & UNSPACED)
        return take_letters (walk, at);
    if (kind & TELLING)
        see_word (walk, at, (size_t)(next - at),
                  hash_more (HASH_START, at, (size_t)(next - at)));
    return next;
}

void
passage_terms_each (const char *text, void (*seen) (const PassageTerm *, gpointer data),
                    gpointer data)
{
    g_autofree char *folded = fold_loose (text);
    Walk walk = { seen, data, "^", 1, hash_more (HASH_START, "^", 1) };
    bool begins = true; /* after a blank */
    bool mail = strchr (folded, '@') != NULL;

    for (const char *at = folded; *at;) {
        size_t address = begins ? address_length (at, mail) : 0;
        begins = *at == ' ';
        at = address > 0 ? at + address : begins ? at + 1 : take (&walk, at);
    }
}

char *
passage_term_spell (const PassageTerm *term)
{
    return g_strdup_printf (
        "%.*s%s%s%.*s%s", (int)term->before_length, term->before_length > 0 ? term->before : "",
        term->before_length > 0 ? " " : "", term->place == TERM_WITHIN ? "*" : "",
        (int)term->length, term->at, term->place == TERM_WHOLE ? "" : "*");
}
