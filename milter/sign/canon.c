/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Relaxed canonicalisation. Most bodies are canonical already but for a few blanks, so the body
 * is handed on in long runs of the original and never copied.
 */

#include "canon.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool
is_blank (char c)
{
    return c == ' ' || c == '\t';
}

static bool
is_line_end (const char *text, size_t length, size_t i)
{
    return i + 1 < length && text[i] == '\r' && text[i + 1] == '\n';
}

/* A byte that stands for itself wherever it is. */
static bool
is_plain (const char *text, size_t length, size_t i)
{
    return !is_blank (text[i]) && !is_line_end (text, length, i);
}

/* The first byte from i on that is a blank or a control character, eight bytes at a time: base64 and
 * most pages have one per line. A byte below n, for n up to 0x80, is what borrows into its top bit. */
static size_t
skip_letters (const char *text, size_t length, size_t i)
{
    const uint64_t ones = UINT64_C (0x0101010101010101), tops = ones << 7;
    uint64_t word;

    for (; i + sizeof word <= length; i += sizeof word) {
        memcpy (&word, text + i, sizeof word);
        if ((word - ones * (' ' + 1)) & ~word & tops)
            break;
    }
    while (i < length && (unsigned char)text[i] > ' ')
        i++;
    return i;
}

/* The end of the run from a plain byte on that is canonical as it stands: a space or a line end
 * belongs to it when a plain byte follows. */
static size_t
run_end (const char *body, size_t length, size_t i)
{
    while ((i = skip_letters (body, length, i)) < length) {
        size_t next = i + 1;
        if (is_line_end (body, length, i))
            next = i + 2;
        else if (body[i] == '\t')
            return i;
        else if (body[i] != ' ') {
            i = next;
            continue;
        }
        if (next == length || !is_plain (body, length, next))
            return i;
        i = next + 1;
    }
    return i;
}

/* Empty lines count only when something follows them, so they are owed until then. */
static void
pay_lines (size_t owed, CanonSink sink, void *data)
{
    static const char lines[] = "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";

    for (size_t paid; owed > 0; owed -= paid) {
        paid = MIN (owed, (sizeof lines - 1) / 2);
        sink (lines, 2 * paid, data);
    }
}

void
canon_body (const char *body, size_t length, CanonSink sink, void *data)
{
    size_t owed = 0;
    bool blank = false, empty = true;

    for (size_t i = 0; i < length;) {
        if (is_line_end (body, length, i)) {
            owed++;
            blank = false;
            i += 2;
        } else if (is_blank (body[i])) {
            blank = true;
            i++;
        } else {
            pay_lines (owed, sink, data);
            if (blank)
                sink (" ", 1, data);
            size_t end = run_end (body, length, i);
            sink (body + i, end - i, data);
            owed = 0;
            blank = empty = false;
            i = end;
        }
    }
    if (!empty)
        sink ("\r\n", 2, data);
}

static void
append_lower (GString *out, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        g_string_append_c (out, g_ascii_tolower (name[i]));
}

void
canon_header (const char *field, size_t length, GString *out)
{
    const char *colon = memchr (field, ':', length);
    size_t name = colon ? (size_t)(colon - field) : length;
    size_t i = MIN (name + 1, length);

    while (name > 0 && is_blank (field[name - 1]))
        name--;
    append_lower (out, field, name);
    g_string_append_c (out, ':');

    bool blank = false, empty = true;
    while (i < length) {
        if (is_line_end (field, length, i)) {
            i += 2;
        } else if (is_blank (field[i])) {
            blank = true;
            i++;
        } else {
            size_t start = i;
            while (i < length && is_plain (field, length, i))
                i++;
            if (blank && !empty)
                g_string_append_c (out, ' ');
            g_string_append_len (out, field + start, (gssize)(i - start));
            blank = empty = false;
        }
    }
}
