/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The letters that a person takes a text for (compare UTS #39, confusables; here only what looks
 * like a Latin letter in most fonts).
 */

#include "letters.h"

#include <string.h>

#include "licet/utf8.h"

#include "joins.h"
#include "pages.h"

/* Of one word; what is longer is no word that anybody looks for. */
enum { LONGEST_WORD = 64 };

/* Letters that stand apart: at least so many make a word; so many of a text are looked at. */
enum { LEAST_APART = 4, MOST_APART = 1024, LONGEST_PIECE = 14 };

typedef struct {
    gunichar letter;
    char latin;
} Lookalike;

/* Sorted by code point. */
static const Lookalike lookalikes[] = {
    { 0x0131, 'i' }, { 0x0251, 'a' }, { 0x0261, 'g' }, { 0x0391, 'a' }, { 0x0392, 'b' },
    { 0x0395, 'e' }, { 0x0396, 'z' }, { 0x0397, 'h' }, { 0x0399, 'i' }, { 0x039a, 'k' },
    { 0x039c, 'm' }, { 0x039d, 'n' }, { 0x039f, 'o' }, { 0x03a1, 'p' }, { 0x03a4, 't' },
    { 0x03a5, 'y' }, { 0x03a7, 'x' }, { 0x03b1, 'a' }, { 0x03b5, 'e' }, { 0x03b7, 'n' },
    { 0x03b9, 'i' }, { 0x03ba, 'k' }, { 0x03bd, 'v' }, { 0x03bf, 'o' }, { 0x03c1, 'p' },
    { 0x03c4, 't' }, { 0x03c5, 'u' }, { 0x03c7, 'x' }, { 0x03c9, 'w' }, { 0x03f2, 'c' },
    { 0x0405, 's' }, { 0x0406, 'i' }, { 0x0408, 'j' }, { 0x0410, 'a' }, { 0x0412, 'b' },
    { 0x0415, 'e' }, { 0x041a, 'k' }, { 0x041c, 'm' }, { 0x041d, 'h' }, { 0x041e, 'o' },
    { 0x0420, 'p' }, { 0x0421, 'c' }, { 0x0422, 't' }, { 0x0423, 'y' }, { 0x0425, 'x' },
    { 0x0430, 'a' }, { 0x0432, 'b' }, { 0x0433, 'r' }, { 0x0435, 'e' }, { 0x0438, 'u' },
    { 0x043a, 'k' }, { 0x043c, 'm' }, { 0x043d, 'h' }, { 0x043e, 'o' }, { 0x043f, 'n' },
    { 0x0440, 'p' }, { 0x0441, 'c' }, { 0x0442, 't' }, { 0x0443, 'y' }, { 0x0445, 'x' },
    { 0x0455, 's' }, { 0x0456, 'i' }, { 0x0458, 'j' }, { 0x04bb, 'h' }, { 0x04c0, 'l' },
    { 0x04cf, 'l' }, { 0x0501, 'd' }, { 0x051b, 'q' }, { 0x051d, 'w' }, { 0x0570, 'h' },
    { 0x0578, 'n' }, { 0x057d, 'u' }, { 0x0581, 'g' }, { 0x0585, 'o' }, { 0x13a0, 'd' },
    { 0x13a1, 'r' }, { 0x13a2, 't' }, { 0x13a5, 'i' }, { 0x13a9, 'y' }, { 0x13aa, 'a' },
    { 0x13ab, 'j' }, { 0x13ac, 'e' }, { 0x13b3, 'w' }, { 0x13b7, 'm' }, { 0x13bb, 'h' },
    { 0x13c0, 'g' }, { 0x13c2, 'h' }, { 0x13c3, 'z' }, { 0x13cf, 'b' }, { 0x13d2, 'r' },
    { 0x13d4, 'w' }, { 0x13d5, 's' }, { 0x13d9, 'v' }, { 0x13da, 's' }, { 0x13de, 'l' },
    { 0x13df, 'c' }, { 0x13e2, 'p' }, { 0x13e6, 'k' }, { 0x13e7, 'd' }, { 0x2c80, 'a' },
    { 0x2c82, 'b' }, { 0x2c88, 'e' }, { 0x2c8e, 'h' }, { 0x2c92, 'i' }, { 0x2c94, 'k' },
    { 0x2c98, 'm' }, { 0x2c9a, 'n' }, { 0x2c9e, 'o' }, { 0x2c9f, 'o' }, { 0x2ca2, 'p' },
    { 0x2ca4, 'c' }, { 0x2ca6, 't' }, { 0x2ca8, 'y' }, { 0x2cac, 'x' }, { 0xa4d0, 'b' },
    { 0xa4d1, 'p' }, { 0xa4d3, 'd' }, { 0xa4d4, 't' }, { 0xa4d6, 'g' }, { 0xa4d7, 'k' },
    { 0xa4d9, 'j' }, { 0xa4da, 'c' }, { 0xa4dc, 'z' }, { 0xa4dd, 'f' }, { 0xa4df, 'm' },
    { 0xa4e0, 'n' }, { 0xa4e1, 'l' }, { 0xa4e2, 's' }, { 0xa4e3, 'r' }, { 0xa4e5, 'v' },
    { 0xa4e6, 'h' }, { 0xa4ea, 'w' }, { 0xa4eb, 'x' }, { 0xa4ec, 'y' }, { 0xa4ee, 'a' },
    { 0xa4f0, 'e' }, { 0xa4f2, 'i' }, { 0xa4f3, 'o' }, { 0xa4f4, 'u' },
};

/* Styled Latin letters that NFKC leaves alone; they are Latin whatever stands beside them. */
static const Lookalike styled[] = {
    { 0x0262, 'g' }, { 0x026a, 'i' }, { 0x0274, 'n' }, { 0x0280, 'r' }, { 0x028f, 'y' },
    { 0x0299, 'b' }, { 0x029c, 'h' }, { 0x029f, 'l' }, { 0x1d00, 'a' }, { 0x1d04, 'c' },
    { 0x1d05, 'd' }, { 0x1d07, 'e' }, { 0x1d0a, 'j' }, { 0x1d0b, 'k' }, { 0x1d0d, 'm' },
    { 0x1d0f, 'o' }, { 0x1d18, 'p' }, { 0x1d1b, 't' }, { 0x1d1c, 'u' }, { 0x1d20, 'v' },
    { 0x1d21, 'w' }, { 0x1d22, 'z' }, { 0xa730, 'f' }, { 0xa731, 's' },
};

/* Three rows of capitals in the block of enclosed letters. */
static const gunichar enclosed[] = { 0x1f150, 0x1f170, 0x1f1e6 };

static const struct {
    char sign, latin;
} leet[] = { { '0', 'o' }, { '1', 'l' }, { '3', 'e' }, { '4', 'a' }, { '5', 's' },
             { '7', 't' }, { '8', 'b' }, { '@', 'a' }, { '$', 's' } };

typedef struct {
    gunichar letters[LONGEST_WORD];
    unsigned length;
    unsigned latin, alike, other, signs, marked;
} Word;

typedef struct {
    GString *out;   /* the text */
    GString *below; /* other ways to read it */
    GArray *apart;  /* of gunichar: letters that stand apart, so far */
    unsigned taken; /* of them in all */
    Word word;
    bool backwards;
} Writer;

static char
find (const Lookalike *table, unsigned length, gunichar letter)
{
    unsigned low = 0, high = letter < table[0].letter ? 0 : length;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (table[middle].letter < letter)
            low = middle + 1;
        else
            high = middle;
    }
    return low < length && table[low].letter == letter ? table[low].latin : '\0';
}

static char
find_leet (gunichar letter)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (leet); i++)
        if (letter == (gunichar)leet[i].sign)
            return leet[i].latin;
    return '\0';
}

/* Default_Ignorable_Code_Point, in effect, and what stands for bytes without meaning. */
static bool
is_nothing (gunichar letter)
{
    return letter == 0xad || letter == 0x34f || (letter >= 0x115f && letter <= 0x1160) ||
           (letter >= 0x17b4 && letter <= 0x17b5) || (letter >= 0x180b && letter <= 0x180f) ||
           (letter >= 0x200b && letter <= 0x200f) || (letter >= 0x202a && letter <= 0x202e) ||
           (letter >= 0x2060 && letter <= 0x206f) || letter == 0x3164 ||
           (letter >= 0xfe00 && letter <= 0xfe0f) || letter == 0xfeff || letter == 0xfffd ||
           letter == 0xffa0 || (letter >= 0xe0000 && letter <= 0xe0fff);
}

static bool
is_latin_mark (gunichar letter)
{
    return (letter >= 0x300 && letter <= 0x36f) || (letter >= 0x1ab0 && letter <= 0x1aff) ||
           (letter >= 0x1dc0 && letter <= 0x1dff) || (letter >= 0x20d0 && letter <= 0x20ff);
}

/* The blank that does not break is one, as NFKC would have it, but is in every other text. */
static gunichar
plain_of (gunichar letter)
{
    if (letter == 0xa0)
        return ' ';
    for (unsigned i = 0; i < G_N_ELEMENTS (enclosed); i++)
        if (letter >= enclosed[i] && letter < enclosed[i] + 26)
            return 'a' + letter - enclosed[i];
    char latin = letter < 0x262 ? '\0' : find (styled, G_N_ELEMENTS (styled), letter);
    return latin ? (gunichar)latin : letter;
}

static gunichar
base_of (gunichar letter)
{
    gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
    gsize length = g_unichar_fully_decompose (letter, FALSE, parts, G_N_ELEMENTS (parts));

    return length > 1 ? parts[0] : letter;
}

/* What a letter is, before and after NFKC. */
typedef struct {
    gunichar plain, base, lower;
    char leet, latin;
    bool nothing, mark; /* an accent of Latin letters */
    bool word;          /* part of a word that may be swapped */
    bool roman;         /* of the Latin script */
} Letter;

static bool
is_of_word (gunichar letter)
{
    if (letter < 0x80)
        return g_ascii_isalnum ((char)letter) || letter == '@' || letter == '$';
    return g_unichar_isalnum (letter);
}

/* Scripts without blanks are no words to be swapped, and may be of any length. */
static bool
stands_alone (gunichar letter)
{
    return letter >= 0x2e80 && letter < 0xfb00 &&
           !find (lookalikes, G_N_ELEMENTS (lookalikes), letter);
}

static void
fill_letter (gunichar letter, void *row)
{
    bool ascii = letter < 0x80;

    *(Letter *)row = (Letter){
        .plain = plain_of (letter),
        .base = base_of (letter),
        .lower = g_unichar_tolower (letter),
        .leet = find_leet (letter),
        .latin = find (lookalikes, G_N_ELEMENTS (lookalikes), letter),
        .nothing = is_nothing (letter),
        .mark = is_latin_mark (letter),
        .word = is_of_word (letter) && !stands_alone (letter),
        .roman = ascii ? g_ascii_isalpha ((char)letter)
                       : g_unichar_get_script (letter) == G_UNICODE_SCRIPT_LATIN,
    };
}

static Letter
know (gunichar letter)
{
    static Pages pages = { sizeof (Letter), fill_letter, { NULL } };
    const Letter *known = pages_find (&pages, letter);
    Letter made;

    if (known)
        return *known;
    fill_letter (letter, &made);
    return made;
}

/* What NFKC must not see: it would put an accent on the letter before a joiner is dropped. */
static char *
drop_nothing (const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    GString *kept = g_string_sized_new (length + 1);

    while (at < end) {
        size_t ascii = utf8_ascii_length (at, (size_t)(end - at));
        g_string_append_len (kept, at, (gssize)ascii);
        at += ascii;
        if (at == end)
            break;
        gunichar letter = g_utf8_get_char (at);
        Letter known = know (letter);
        size_t size = (size_t)g_utf8_skip[(guchar)*at];
        if (known.plain != letter && !known.nothing)
            g_string_append_unichar (kept, known.plain);
        else if (!known.nothing)
            g_string_append_len (kept, at, (gssize)size);
        at += size;
    }
    g_autofree char *joined = g_string_free (kept, FALSE);
    return utf8_normalise (joined, G_NORMALIZE_ALL_COMPOSE);
}

static void
put (GString *out, gunichar letter)
{
    if (letter < 0x80)
        g_string_append_c (out, g_ascii_tolower ((char)letter));
    else
        g_string_append_unichar (out, know (letter).lower);
}

static void
add_letter (Word *word, gunichar letter, const Letter *known)
{
    if (word->length == LONGEST_WORD)
        return;
    if (word->length == 0)
        word->latin = word->alike = word->other = word->signs = word->marked = 0;
    word->letters[word->length++] = letter;
    if (known->leet)
        word->signs++;
    else if (known->latin)
        word->alike++;
    else if (known->roman)
        word->latin++;
    else
        word->other++;
    if (letter >= 0xc0 && known->base != letter)
        word->marked++;
}

/* Every piece of a row of letters that stand apart, since nothing says where its words end. */
static void
end_apart (Writer *writer)
{
    const gunichar *letters = (const gunichar *)(const void *)writer->apart->data;
    unsigned length = writer->apart->len;

    for (unsigned from = 0; length >= LEAST_APART && from < length; from++) {
        for (unsigned to = from + LEAST_APART; to <= MIN (length, from + LONGEST_PIECE); to++) {
            g_string_append_c (writer->below, '\n');
            for (unsigned i = from; i < to; i++)
                put (writer->below, letters[i]);
        }
    }
    if (length > 0)
        g_array_set_size (writer->apart, 0);
}

static void
put_below (Writer *writer, const Word *word, bool leets, bool bare)
{
    g_string_append_c (writer->below, '\n');
    for (unsigned i = 0; i < word->length; i++) {
        gunichar letter = word->letters[i];
        Letter known = know (letter);
        char latin = leets && known.leet ? known.leet : known.latin;
        put (writer->below, latin ? (gunichar)latin : bare ? known.base : letter);
    }
}

static void
put_backwards (Writer *writer, const Word *word)
{
    g_string_append_c (writer->below, ' ');
    for (unsigned i = word->length; i-- > 0;)
        put (writer->below, word->letters[i]);
}

static bool
is_mixed (const Word *word)
{
    return word->latin > 0 && word->alike > 0 && word->other == 0;
}

static void
put_others (Writer *writer, const Word *word)
{
    if (word->signs > 0 && word->latin + word->alike >= 2 && word->other == 0)
        put_below (writer, word, true, false);
    else if (word->latin == 0 && word->other == 0 && word->alike >= 3)
        put_below (writer, word, false, false);
    if (word->marked >= 2 && word->marked * 2 >= word->length)
        put_below (writer, word, false, true);
    if (writer->backwards)
        put_backwards (writer, word);
}

static void
put_word (Writer *writer, const Word *word)
{
    bool mixed = is_mixed (word);

    for (unsigned i = 0; i < word->length; i++) {
        char latin = mixed ? know (word->letters[i]).latin : '\0';
        put (writer->out, latin ? (gunichar)latin : word->letters[i]);
    }
    put_others (writer, word);
}

static void
end_word (Writer *writer)
{
    Word *word = &writer->word;

    if (word->length == 0)
        return;
    if (word->length == 1 && !writer->backwards) /* there is no other way to read it */
        put (writer->out, word->letters[0]);
    else
        put_word (writer, word);
    if (word->length == 1 && writer->taken < MOST_APART) {
        g_array_append_val (writer->apart, word->letters[0]);
        writer->taken++;
    } else {
        end_apart (writer);
    }
    word->length = 0;
}

static void
take (Writer *writer, gunichar letter)
{
    if (letter < 0x80 && !is_of_word (letter)) {
        end_word (writer);
        g_string_append_c (writer->out, (char)letter);
        return;
    }
    Letter known = know (letter);
    if (known.mark)
        return;
    if (known.word) {
        if (writer->word.length == LONGEST_WORD)
            end_word (writer);
        add_letter (&writer->word, letter, &known);
        return;
    }
    end_word (writer);
    put (writer->out, letter);
}

/* The length of a word of several letters or several digits, the most common kinds, which have one
 * reading; 0 for others. What is longer than a word may be counts as more of them. */
static size_t
usual_word (const char *at)
{
    size_t length = 0;

    if (g_ascii_isalpha (*at))
        while (length < LONGEST_WORD && g_ascii_isalpha (at[length]))
            length++;
    else
        while (length < LONGEST_WORD && g_ascii_isdigit (at[length]))
            length++;
    bool whole = (signed char)at[length] >= 0 && !is_of_word ((guchar)at[length]);
    return length == LONGEST_WORD || (length > 1 && whole) ? length : 0;
}

/* How much of the text is signs and usual words, up to a place where no word goes on. */
static size_t
usual_length (const char *text, bool *ret_words)
{
    size_t length = 0, word = 0;

    do {
        length += word;
        *ret_words = *ret_words || word > 0;
        while ((signed char)text[length] > 0 && !is_of_word ((guchar)text[length]))
            length++;
        word = usual_word (text + length);
    } while (word > 0);
    return length;
}

static void
put_usual (Writer *writer, const char *text, size_t length, bool words)
{
    size_t before = writer->out->len;

    g_string_set_size (writer->out, before + length);
    utf8_lower_ascii (writer->out->str + before, text, length);
    if (words)
        end_apart (writer);
}

static void
take_all (Writer *writer, const char *text)
{
    while (*text) {
        bool words = false, within = writer->word.length > 0 || writer->backwards;
        size_t length = within ? 0 : usual_length (text, &words);
        put_usual (writer, text, length, words);
        text += length;
        if (length > 0)
            continue;
        take (writer, (signed char)*text > 0 ? (gunichar)*text : g_utf8_get_char (text));
        text = g_utf8_next_char (text);
    }
    end_word (writer);
    end_apart (writer);
}

static const char *
end_of_turn (const char *at)
{
    while (*at && *at != '\n' && strncmp (at, "\xe2\x80\xac", 3) != 0)
        at++;
    return at;
}

/* U+202E up to U+202C or the end of the line, turned round (UAX #9). */
static void
append_turned (GString *below, const char *text)
{
    static const char override[] = "\xe2\x80\xae";

    for (const char *at = strstr (text, override); at; at = strstr (at, override)) {
        at += strlen (override);
        const char *end = end_of_turn (at);
        g_autofree char *turned = g_utf8_strreverse (at, end - at);
        g_string_append_printf (below, " %s", turned);
        at = end;
    }
}

/* The text, and what is turned round in it. */
static char *
plain_letters (const char *text, size_t length)
{
    g_autoptr (GString) turned = g_string_sized_new (length + 2);

    g_string_append_len (turned, text, (gssize)length);
    g_string_append_c (turned, '\n');
    append_turned (turned, text);
    return drop_nothing (turned->str, turned->len);
}

char *
letters_plain (const char *text, bool backwards)
{
    size_t length = strlen (text);
    bool ascii = utf8_ascii_length (text, length) == length;
    g_autofree char *kept = ascii ? NULL : plain_letters (text, length);
    const char *plain = ascii ? text : kept;
    g_autoptr (GString) out = g_string_sized_new (length + 1);
    g_autoptr (GString) below = g_string_new ("\n");
    g_autoptr (GArray) apart = g_array_new (FALSE, FALSE, sizeof (gunichar));
    Writer writer = { .out = out, .below = below, .apart = apart, .backwards = backwards };

    take_all (&writer, plain);
    if (ascii)
        take (&writer, '\n');
    joins_append (below, plain);
    g_string_append_len (out, below->str, (gssize)below->len);
    return g_string_free (g_steal_pointer (&out), FALSE);
}
