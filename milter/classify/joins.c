/* SPDX-License-Identifier: BSD-2-Clause */

/* Words in pieces. Every run of pieces is a word, since nothing says where the words end. */

#include "joins.h"

#include <stdbool.h>
#include <string.h>

#include "licet/utf8.h"

/* In letters: of a piece that is a line, of one between signs, and of what they make. */
enum { LONGEST_LINE = 9, LONGEST_BETWEEN = 4, LONGEST_JOINED = 20, LEAST_JOINED = 4 };

/* In bytes; what is longer is no word that anybody looks for. */
enum { LONGEST_WORD = 256 };

/* Fewer short lines below each other are the cells of any receipt. */
enum { LEAST_LINES = 4, MOST_LINES = 2048, LEAST_BETWEEN = 3, LEAST_DRAWN = 3 };

typedef struct {
    const char *text;
    size_t length;  /* in bytes */
    size_t letters; /* in characters */
} Piece;

static bool
is_blank (char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* What tells of most words that they are no pieces. */
typedef struct {
    size_t length;
    size_t signs;      /* of ASCII */
    bool drawn, ascii; /* three of one byte follow each other; all bytes are ASCII */
} Word;

static bool
is_drawn (const char *word, size_t length)
{
    for (size_t i = 2; i < length; i++)
        if (word[i] == word[i - 1] && word[i] == word[i - 2])
            return true;
    return false;
}

/* Without branches but for the end: it sees every byte. */
static Word
read_word (const char *text)
{
    const char *at = text;
    char last = '\0', bits = '\0';
    bool twice = false;
    size_t signs = 0;

    for (; g_ascii_isalpha (*at); at++) {
        twice |= *at == last;
        last = *at;
    }
    for (; *at > ' ' || (*at && !is_blank (*at)); at++) {
        bits |= *at;
        signs += g_ascii_ispunct (*at);
        twice |= *at == last;
        last = *at;
    }
    size_t length = (size_t)(at - text);
    return (Word){ length, signs, twice && is_drawn (text, length), (signed char)bits >= 0 };
}

/* Letters of what is too long anyway are not counted one by one. */
static Piece
read_line (const char *at)
{
    const char *newline = strchrnul (at, '\n');
    size_t length = (size_t)(newline - at);

    while (length > 0 && is_blank (at[length - 1]))
        length--;
    size_t blank = 0;
    while (blank < length && is_blank (at[blank]))
        blank++;
    length -= blank;
    bool long_line = length > 4 * LONGEST_LINE;
    return (Piece){ at + blank, length,
                    long_line ? length : utf8_count_letters (at + blank, length) };
}

static void
append_runs (GString *below, const GArray *pieces)
{
    for (unsigned from = 0; pieces->len >= LEAST_LINES && from < pieces->len; from++) {
        size_t letters = 0, begin = below->len + 1;
        g_string_append_c (below, '\n');
        for (unsigned i = from; i < pieces->len && letters <= LONGEST_JOINED; i++) {
            const Piece *piece = &g_array_index (pieces, Piece, i);
            letters += piece->letters;
            g_string_append_len (below, piece->text, (gssize)piece->length);
            if (letters < LEAST_JOINED || i == from || letters > LONGEST_JOINED)
                continue;
            size_t length = below->len - begin;
            g_string_set_size (below, below->len + 1 + length);
            below->str[begin + length] = '\n';
            memcpy (below->str + begin + length + 1, below->str + begin, length);
            begin += length + 1;
        }
    }
}

static void
join_lines (GString *below, const char *text)
{
    g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
    unsigned taken = 0;

    for (const char *at = text; *at && taken < MOST_LINES;) {
        Piece line = read_line (at);
        if (line.letters > LONGEST_LINE) {
            append_runs (below, pieces);
            g_array_set_size (pieces, 0);
        } else if (line.letters > 0) {
            g_array_append_val (pieces, line);
            taken++;
        }
        at = strchrnul (at, '\n');
        at += *at == '\n';
    }
    append_runs (below, pieces);
}

static bool
is_between (gunichar letter)
{
    bool sign = letter < 0x80 ? g_ascii_ispunct ((char)letter) : g_unichar_ispunct (letter);

    return sign && letter != '@' && letter != '"';
}

static void
append_letter (GString *out, gunichar letter)
{
    if (letter < 0x80)
        g_string_append_c (out, (char)letter);
    else
        g_string_append_unichar (out, letter);
}

/* Whether a word of ASCII is none of pieces with signs between; of others it is not known. */
static bool
is_unbroken (const char *word, size_t length)
{
    size_t piece = 0, signs = 0;

    for (size_t i = 0; i < length; i++) {
        if ((signed char)word[i] <= 0)
            return false;
        bool sign = is_between ((guchar)word[i]);
        signs += sign && piece > 0;
        piece = sign ? 0 : piece + 1;
        if (piece > LONGEST_BETWEEN)
            return true;
    }
    return signs + 1 < LEAST_BETWEEN;
}

/* One word without blanks, with its signs. Only pieces that are no words by themselves make one:
 * "E-Mail-Adresse" stays as it is. */
static void
join_signs (GString *below, const char *word, size_t length)
{
    size_t piece = 0, signs = 0, start = below->len;
    const char *end = word + length;

    g_string_append_c (below, '\n');
    for (const char *at = word; at < end; at = g_utf8_next_char (at)) {
        gunichar letter = (signed char)*at > 0 ? (gunichar)*at : g_utf8_get_char (at);
        bool sign = is_between (letter);
        signs += sign && piece > 0;
        piece = sign ? 0 : piece + 1;
        if (piece > LONGEST_BETWEEN) {
            signs = 0;
            break;
        }
        if (!sign)
            append_letter (below, letter);
    }
    if (signs + 1 < LEAST_BETWEEN)
        g_string_truncate (below, start);
}

/* Three of one letter are one. */
static void
join_drawn (GString *below, const char *word, size_t length)
{
    gunichar last = 0;
    size_t count = 0, start = below->len, kept = 0;
    bool drawn = false;

    g_string_append_c (below, '\n');
    for (const char *at = word; at < word + length; at = g_utf8_next_char (at)) {
        gunichar letter = g_utf8_get_char (at);
        count = letter == last ? count + 1 : 1;
        last = letter;
        if (count > LEAST_DRAWN)
            continue;
        if (count == 1)
            kept = below->len;
        if (count >= LEAST_DRAWN && g_unichar_isalpha (letter)) {
            drawn = true;
            g_string_truncate (below, kept);
        }
        if (count < LEAST_DRAWN || g_unichar_isalpha (letter))
            append_letter (below, letter);
    }
    if (!drawn)
        g_string_truncate (below, start);
}

void
joins_append (GString *below, const char *text)
{
    join_lines (below, text);
    for (const char *at = text; *at;) {
        Word word = read_word (at);
        size_t length = MIN (word.length, LONGEST_WORD);
        bool broken = !word.ascii || word.signs + 1 >= LEAST_BETWEEN;
        if (length > LEAST_JOINED && broken && !is_unbroken (at, length))
            join_signs (below, at, length);
        if (length > LEAST_JOINED && (!word.ascii || word.drawn))
            join_drawn (below, at, length);
        at += word.length;
        while (is_blank (*at))
            at++;
    }
    g_string_append_c (below, '\n');
}
