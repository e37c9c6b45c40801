/* SPDX-License-Identifier: BSD-2-Clause */

/* What an HTML leaf says besides what is seen of it. */

#include "notes.h"

#include <string.h>

#include "elements.h"
#include "html.h"
#include "text.h"

typedef struct {
    const char *how;
    size_t start;
    size_t text_start, text_end;
} Note;

static bool
is_blank (const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isspace (text[i]))
            return false;
    return true;
}

static void
make_room (Part *part)
{
    if (part->notes)
        return;
    part->notes = g_array_new (FALSE, FALSE, sizeof (Note));
    part->notes_text = g_string_new (NULL);
}

void
notes_add (Part *part, const char *how, size_t start, const char *text, size_t length)
{
    if (is_blank (text, length))
        return;
    make_room (part);
    Note *last =
        part->notes->len > 0 ? &g_array_index (part->notes, Note, part->notes->len - 1) : NULL;
    if (!last || !part->note_open || strcmp (last->how, how) != 0) {
        Note note = { .how = how, .start = start, .text_start = part->notes_text->len };
        g_array_append_val (part->notes, note);
        last = &g_array_index (part->notes, Note, part->notes->len - 1);
    }
    g_string_append_len (part->notes_text, text, (gssize)length);
    last->text_end = part->notes_text->len;
    part->note_open = true;
}

void
notes_break (Part *part)
{
    if (part->note_open)
        g_string_append_c (part->notes_text, ' ');
}

void
notes_close (Part *part)
{
    part->note_open = false;
}

void
notes_add_comment (Part *part, size_t start, const char *comment, size_t length)
{
    const char *condition = length > 7 ? memmem (comment, length, "]>", 2) : NULL;
    HtmlScanner scanner;
    HtmlToken token;

    if (!condition || g_ascii_strncasecmp (comment, "<!--[if", 7) != 0)
        return;
    make_room (part);
    notes_close (part);
    GString *text = part->notes_text;
    Note note = { .how = "conditional-comment", .start = start, .text_start = text->len };
    html_scanner_init (&scanner, condition + 2, length - (size_t)(condition + 2 - comment));
    while (html_next (&scanner, &token)) {
        const char *at = condition + 2 + token.start;
        size_t size = token.end - token.start;
        if (token.kind == HTML_TEXT && !token.literal)
            html_append_unescaped (
                text, at, size >= 3 && memcmp (at + size - 3, "-->", 3) == 0 ? size - 3 : size);
        else if (token.kind != HTML_TEXT)
            g_string_append_c (text, ' ');
    }
    note.text_end = text->len;
    if (is_blank (text->str + note.text_start, note.text_end - note.text_start))
        g_string_truncate (text, note.text_start);
    else
        g_array_append_val (part->notes, note);
}

static void
free_reading (void *data)
{
    Reading *reading = data;

    g_free (reading->text);
    g_free (reading);
}

static bool
is_description (const char *how)
{
    static const char *const hows[] = { "alt", "title", "aria-label", "value", "placeholder" };

    for (unsigned i = 0; i < G_N_ELEMENTS (hows); i++)
        if (strcmp (how, hows[i]) == 0)
            return true;
    return false;
}

GPtrArray *
notes_readings (const Part *part, bool descriptions)
{
    GPtrArray *readings = g_ptr_array_new_with_free_func (free_reading);

    for (unsigned i = 0; part->notes && i < part->notes->len; i++) {
        const Note *note = &g_array_index (part->notes, Note, i);
        if (descriptions && !is_description (note->how))
            continue;
        g_autofree char *raw = g_strndup (part->notes_text->str + note->text_start,
                                          note->text_end - note->text_start);
        Reading *reading = g_new (Reading, 1);
        *reading =
            (Reading){ .how = note->how, .text = text_collapse (raw), .start = note->start };
        g_ptr_array_add (readings, reading);
    }
    return readings;
}
