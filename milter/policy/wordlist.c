/* SPDX-License-Identifier: BSD-2-Clause */

#include "wordlist.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

/* Characters; below, a word may be part of quite another one. */
enum { SHORT_WORD = 6 };

struct WordList {
    char **words;        /* folded, sorted by bytes */
    unsigned first[257]; /* by first byte; the last is the count */
    uint64_t begins[256 * 256 / 64]; /* the first two bytes: most places have none of them */
};

static unsigned
pair_of (const char *text)
{
    return (unsigned)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

/* A word of one byte, ended by NUL, may have any after it. */
static void
add_begin (WordList *list, const char *word)
{
    unsigned pair = pair_of (word);

    if (word[1])
        list->begins[pair / 64] |= UINT64_C (1) << (pair % 64);
    else
        memset (&list->begins[pair / 64], 0xff, 256 / 8);
}

/* The next place from here on where a word may begin; the end of the text when there is none. */
static const char *
next_begin (const WordList *list, const char *at)
{
    while (*at && !(list->begins[pair_of (at) / 64] >> (pair_of (at) % 64) & 1))
        at++;
    return at;
}

static int
compare_words (const void *a, const void *b)
{
    return strcmp (*(const char *const *)a, *(const char *const *)b);
}

WordList *
wordlist_new (char **words)
{
    WordList *list = g_new0 (WordList, 1);
    unsigned count = g_strv_length (words), word = 0;

    for (unsigned i = 0; i < count; i++) {
        char *folded = policy_fold (words[i]);
        g_free (words[i]);
        words[i] = folded;
    }
    qsort (words, count, sizeof *words, compare_words);
    for (unsigned byte = 0; byte < 256; byte++) {
        while (word < count && (unsigned char)words[word][0] < byte)
            word++;
        list->first[byte] = word;
    }
    list->first[256] = count;
    for (word = 0; word < count; word++)
        if (*words[word])
            add_begin (list, words[word]);
    list->words = words;
    return list;
}

void
wordlist_free (WordList *list)
{
    if (!list)
        return;
    g_strfreev (list->words);
    g_free (list);
}

/* A letter of a script that puts blanks between words. */
static bool
is_spaced_letter (gunichar letter)
{
    GUnicodeScript script = g_unichar_get_script (letter);

    return g_unichar_isalnum (letter) && script != G_UNICODE_SCRIPT_HAN &&
           script != G_UNICODE_SCRIPT_HIRAGANA && script != G_UNICODE_SCRIPT_KATAKANA &&
           script != G_UNICODE_SCRIPT_HANGUL;
}

/* A short word must stand alone: "TD" is no part of "outdoor". */
static bool
stands_at (const char *text, const char *at, const char *word)
{
    size_t length = 0;

    while (word[length] && at[length] == word[length])
        length++;
    if (word[length] || length == 0)
        return false;
    if (g_utf8_strlen (word, -1) >= SHORT_WORD)
        return true;
    const char *before = g_utf8_find_prev_char (text, at);
    return !(before && is_spaced_letter (g_utf8_get_char (before))) &&
           !is_spaced_letter (g_utf8_get_char (at + length));
}

const char *
wordlist_find (const WordList *list, const char *text)
{
    for (const char *at = next_begin (list, text); *at; at = next_begin (list, at + 1))
        for (unsigned i = list->first[(unsigned char)*at];
             i < list->first[(unsigned char)*at + 1]; i++)
            if (stands_at (text, at, list->words[i]))
                return list->words[i];
    return NULL;
}

bool
wordlist_finds (const WordList *list, const char *text)
{
    return wordlist_find (list, text) != NULL;
}

static bool
is_target_word (const char *word)
{
    return g_str_is_ascii (word) && strlen (word) >= SHORT_WORD && !strchr (word, ' ');
}

bool
wordlist_finds_target (const WordList *list, const char *target)
{
    for (const char *at = next_begin (list, target); *at; at = next_begin (list, at + 1))
        for (unsigned i = list->first[(unsigned char)*at];
             i < list->first[(unsigned char)*at + 1]; i++)
            if (stands_at (target, at, list->words[i]) && is_target_word (list->words[i]))
                return true;
    return false;
}
