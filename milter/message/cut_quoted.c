/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Cuts in quoted-printable (RFC 2045 6.7). The encoded bytes that stay are copied; only where
 * two stretches of them meet may a soft line break be added, or a blank be escaped that came to
 * stand at the end of a line.
 */

#include "cut_quoted.h"

#include <string.h>

#include "licet/error.h"

#include "coding.h"

/* RFC 2045 6.7 (5), with the "=" of a soft line break. */
#define ENCODED_LINE 76

/* Adds an encoded range that stays, as part of the one before where they touch. */
static void
keep (GArray *kept, size_t start, size_t end)
{
    CutRange *last = kept->len > 0 ? &g_array_index (kept, CutRange, kept->len - 1) : NULL;
    CutRange range = { .start = start, .end = end };

    if (start == end)
        return;
    if (last && !last->with && last->end == start)
        last->end = end;
    else
        g_array_append_val (kept, range);
}

/* What comes in place of a range, where the range begins in these decoded bytes. */
static void
keep_replacement (GArray *kept, const CutRange *range, size_t decoded, size_t end)
{
    CutRange insertion = { .with = range->with };

    if (range->with && range->start >= decoded && range->start < end)
        g_array_append_val (kept, insertion);
}

/* The parts of a literal piece that are in no range. */
static void
keep_literal (GArray *kept, const GArray *ranges, const QpPiece *piece, size_t decoded)
{
    size_t from = decoded, end = decoded + piece->decoded;

    for (unsigned i = cut_first_after (ranges, from); i < ranges->len && from < end; i++) {
        const CutRange *range = &g_array_index (ranges, CutRange, i);
        size_t stop = CLAMP (range->start, from, end);
        keep (kept, piece->start + (from - decoded), piece->start + (stop - decoded));
        keep_replacement (kept, range, decoded, end);
        from = MAX (from, MIN (range->end, end));
    }
    keep (kept, piece->start + (from - decoded), piece->end);
}

/* A soft line break at an end of a cut goes too: it belongs to bytes that are gone. */
static bool
is_at_cut (const GArray *ranges, size_t decoded)
{
    bool touched = false;

    return cut_covers (ranges, decoded, decoded, &touched) || touched ||
           (decoded > 0 && cut_covers (ranges, decoded - 1, decoded, &touched));
}

/* The encoded ranges that stay; false when a cut splits a line end. */
static bool
list_kept (const char *data, size_t length, const GArray *ranges, GArray *kept,
           size_t *ret_decoded)
{
    size_t decoded = 0;
    QpPiece piece;

    for (size_t at = 0; coding_qp_next (data, length, at, &piece); at = piece.end) {
        size_t next = decoded + piece.decoded;
        bool touched = false;
        *ret_decoded = decoded;
        if (piece.kind == QP_LITERAL)
            keep_literal (kept, ranges, &piece, decoded);
        else if (piece.kind == QP_SOFT && !is_at_cut (ranges, decoded))
            keep (kept, piece.start, piece.end);
        else if (piece.kind != QP_SOFT && !cut_covers (ranges, decoded, next, &touched)) {
            if (touched)
                return false;
            keep (kept, piece.start, piece.end);
        } else if (piece.kind != QP_SOFT)
            keep_replacement (
                kept, &g_array_index (ranges, CutRange, cut_first_after (ranges, decoded)),
                decoded, next);
        decoded = next;
    }
    return true;
}

/* How full the last line is. Past ENCODED_LINE it does not matter by how much, and a line that
 * goes on for megabytes must not be searched at every joint. */
static size_t
line_used (const GString *out)
{
    size_t reach = MIN (out->len, ENCODED_LINE + 1);
    const char *tail = out->str + out->len - reach;
    const char *newline = memrchr (tail, '\n', reach);

    return newline ? (size_t)(tail + reach - newline) - 1 : reach;
}

/* The last character with its escape: three bytes or one. */
static size_t
last_unit (const GString *out)
{
    return out->len >= 3 && out->str[out->len - 3] == '=' ? 3 : 1;
}

/* Breaks the last line so that `more` bytes have room, before its last character if the "="
 * itself has none. */
static void
make_room (GString *out, size_t more)
{
    size_t used = line_used (out);

    if (used == 0 || used + more <= ENCODED_LINE)
        return;
    if (used < ENCODED_LINE) {
        g_string_append (out, "=\r\n");
        return;
    }
    size_t unit = last_unit (out);
    g_string_insert (out, (gssize)(out->len - unit), "=\r\n");
    if (unit + more > ENCODED_LINE)
        g_string_append (out, "=\r\n");
}

/* A blank at the end of a line may be lost on the way. */
static void
escape_last_blank (GString *out)
{
    char last = out->len > 0 ? out->str[out->len - 1] : '\0';

    if (last != ' ' && last != '\t')
        return;
    g_string_truncate (out, out->len - 1);
    make_room (out, 3);
    g_string_append (out, last == ' ' ? "=20" : "=09");
}

/* How many bytes of the line that begins at start are encoded text; 0 at a line's end. */
static size_t
first_fragment (const char *data, const CutRange *range)
{
    const char *newline = memchr (data + range->start, '\n', range->end - range->start);

    if (!newline)
        return range->end - range->start;
    size_t length = (size_t)(newline - data) - range->start;
    return length > 0 && newline[-1] == '\r' ? length - 1 : length;
}

/* RFC 2045 6.7 (1): what is no plain letter or sign is escaped, so that no reader and no relay
 * takes it for something else. */
static void
append_replacement (GString *out, const char *with)
{
    for (; *with; with++) {
        if (*with == '\r' && with[1] == '\n') {
            escape_last_blank (out);
            g_string_append (out, "\r\n");
            with++;
            continue;
        }
        bool plain = *with > ' ' && *with < 0x7f && *with != '=';
        make_room (out, plain ? 1 : 3);
        if (plain)
            g_string_append_c (out, *with);
        else
            g_string_append_printf (out, "=%02X", (guint8)*with);
    }
}

static GString *
join_kept (const char *data, size_t length, const GArray *kept)
{
    GString *out = g_string_sized_new (length + 8);

    for (unsigned i = 0; i < kept->len; i++) {
        const CutRange *range = &g_array_index (kept, CutRange, i);
        if (range->with) {
            append_replacement (out, range->with);
            continue;
        }
        size_t fragment = first_fragment (data, range);
        if (fragment == 0)
            escape_last_blank (out);
        else
            make_room (out, fragment);
        g_string_append_len (out, data + range->start, (gssize)(range->end - range->start));
    }
    bool whole_lines = length > 0 && data[length - 1] == '\n';
    if (whole_lines && out->len > 0 && out->str[out->len - 1] != '\n') {
        make_room (out, 1);
        g_string_append (out, "=\r\n");
    } else {
        escape_last_blank (out);
    }
    return out;
}

GBytes *
cut_quoted (const Part *part, const char *data, size_t length, const GArray *ranges,
            GError **error)
{
    g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (CutRange));
    size_t decoded = 0;

    if (!list_kept (data, length, ranges, kept, &decoded)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "part %s, byte %zu: the cut splits a line end", part->leaf.path,
                     decoded);
        return NULL;
    }
    return g_string_free_to_bytes (join_kept (data, length, kept));
}
