/* SPDX-License-Identifier: BSD-2-Clause */

/* What an HTML leaf says besides what is seen of it. */

#include "notes.h"

#include <string.h>

#include "elements.h"
#include "html.h"
#include "text.h"

typedef struct {
    const char *how;
    size_t start, end; /* of a comment */
    size_t text_start, text_end;
    bool goes_on; /* more of the one before it */
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
    Note note = { .how = how, .start = start, .text_start = part->notes_text->len };
    note.goes_on = last && part->note_open && strcmp (last->how, how) == 0;
    g_string_append_len (part->notes_text, text, (gssize)length);
    note.text_end = part->notes_text->len;
    g_array_append_val (part->notes, note);
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
notes_add_comment (Part *part, size_t start, size_t end, const char *comment, size_t length)
{
    const char *condition = length > 7 ? memmem (comment, length, "]>", 2) : NULL;
    HtmlScanner scanner;
    HtmlToken token;

    if (!condition || g_ascii_strncasecmp (comment, "<!--[if", 7) != 0)
        return;
    make_room (part);
    notes_close (part);
    GString *text = part->notes_text;
    Note note = {
        .how = "conditional-comment", .start = start, .end = end, .text_start = text->len
    };
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

static bool
is_wanted (const char *how, NotesWanted wanted)
{
    switch (wanted) {
    case NOTES_DESCRIPTIONS:
        return is_description (how);
    case NOTES_HIDDEN:
        return strcmp (how, "hidden") == 0;
    case NOTES_ALL:
        break;
    }
    return true;
}

/* Whether a place is in one of some ranges. */
static bool
is_within (const GArray *ranges, size_t place)
{
    unsigned low = 0, high = ranges ? ranges->len : 0, count = high;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (g_array_index (ranges, LeafRange, middle).end <= place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && g_array_index (ranges, LeafRange, low).start <= place;
}

/* Takes raw. */
static void
add_reading (GPtrArray *readings, const Note *first, GString *raw)
{
    Reading *reading = g_new (Reading, 1);

    *reading = (Reading){ .how = first->how,
                          .text = text_collapse (raw->str),
                          .start = first->start,
                          .end = first->end };
    g_ptr_array_add (readings, reading);
    g_string_free (raw, TRUE);
}

GPtrArray *
notes_readings (const Part *part, NotesWanted wanted, const GArray *without)
{
    GPtrArray *readings = g_ptr_array_new_with_free_func (free_reading);
    const char *text = part->notes ? part->notes_text->str : NULL;
    const Note *first = NULL;
    GString *raw = NULL;
    size_t from = 0;

    for (unsigned i = 0; part->notes && i < part->notes->len; i++) {
        const Note *note = &g_array_index (part->notes, Note, i);
        if (first && (!note->goes_on || wanted == NOTES_HIDDEN)) {
            add_reading (readings, first, raw);
            first = NULL;
        }
        if (!is_wanted (note->how, wanted) || is_within (without, note->start)) {
            from = note->text_end; /* what is left out is no part of a word around it */
            if (first)
                g_string_append_c (raw, ' ');
            continue;
        }
        if (!first) {
            first = note;
            raw = g_string_new (NULL);
            from = note->text_start;
        }
        g_string_append_len (raw, text + from, (gssize)(note->text_end - from));
        from = note->text_end;
    }
    if (first)
        add_reading (readings, first, raw);
    return readings;
}
