/* SPDX-License-Identifier: BSD-2-Clause */

#include "wordlist.h"

#include <stdlib.h>
#include <string.h>

#include "rules.h"

/* Characters; below, a word may be part of quite another one. */
enum { SHORT_WORD = 6 };

struct WordList {
    char **words;        /* folded, sorted by bytes */
    unsigned first[257]; /* by first byte; the last is the count */
};

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
    for (const char *at = text; *at; at++)
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
    for (const char *at = target; *at; at++)
        for (unsigned i = list->first[(unsigned char)*at];
             i < list->first[(unsigned char)*at + 1]; i++)
            if (stands_at (target, at, list->words[i]) && is_target_word (list->words[i]))
                return true;
    return false;
}
