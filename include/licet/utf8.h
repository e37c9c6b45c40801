/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_UTF8_H
#define LICET_UTF8_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * As g_utf8_normalize, but linear in the text, which GLib's is not for texts with many composed
 * letters: it goes over the text in pieces that end before a blank, or, where there is none for
 * long, before a letter that nothing joins. Valid UTF-8 only. Caller frees.
 */
char *utf8_normalise (const char *text, GNormalizeMode mode);

/* How many bytes of ASCII, without NUL, a text begins with. */
size_t utf8_ascii_length (const char *text, size_t length);

/* As g_ascii_strdown and g_utf8_strlen, eight bytes at a time; the first into room for as many
 * bytes, which may be the text itself. */
void utf8_lower_ascii (char *to, const char *text, size_t length);
size_t utf8_count_letters (const char *text, size_t length);

/* For a GHashTable of texts that may have megabytes, where g_str_hash would see every byte. */
guint utf8_hash (const char *text);

/* What a terminal or a reader of lines would obey: C0, C1 and DEL, the separators of lines, and what
 * turns the direction of writing (UAX 9), by which a text can be read as another one. */
bool utf8_is_control (gunichar letter);

/* Valid UTF-8 with U+FFFD for each of them: what strangers wrote, for the eyes of people. Caller
 * frees. */
char *utf8_without_controls (const char *text);

#endif
