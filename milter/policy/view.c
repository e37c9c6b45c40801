/* SPDX-License-Identifier: BSD-2-Clause */

/* The message as a rule sees it: with or without the promotional blocks. */

#include <string.h>

#include "licet/utf8.h"

#include "rules.h"

/* ASCII between two stretches of other letters that is looked at with them. */
#define SHORT_GAP 16

/* Folded text, and whether a blank is due before the next letter. */
typedef struct {
    GString *out;
    bool blank;
} Folder;

static void
fold_blank (Folder *folder)
{
    folder->blank = folder->out->len > 0;
}

static void
begin_letter (Folder *folder)
{
    if (folder->blank)
        g_string_append_c (folder->out, ' ');
    folder->blank = false;
}

static void
fold_ascii (Folder *folder, const char *text, size_t length)
{
    size_t before = folder->out->len;
    bool blank = folder->blank, any = before > 0;

    g_string_set_size (folder->out, before + length + 1);
    char *to = folder->out->str + before;
    for (size_t i = 0; i < length; i++) {
        if (g_ascii_isspace (text[i])) {
            blank = any;
            continue;
        }
        if (blank)
            *to++ = ' ';
        blank = false;
        any = true;
        *to++ = g_ascii_isupper (text[i]) ? (char)(text[i] | 0x20) : text[i];
    }
    folder->blank = blank;
    g_string_truncate (folder->out, (size_t)(to - folder->out->str));
}

static void
fold_letters (Folder *folder, const char *text, size_t length)
{
    g_autofree char *piece = g_strndup (text, length);
    g_autofree char *composed = utf8_normalise (piece, G_NORMALIZE_NFC);
    g_autofree char *folded = g_utf8_casefold (composed, -1);

    for (const char *c = folded; *c; c = g_utf8_next_char (c)) {
        if (g_unichar_isspace (g_utf8_get_char (c))) {
            fold_blank (folder);
            continue;
        }
        begin_letter (folder);
        g_string_append_len (folder->out, c, g_utf8_next_char (c) - c);
    }
}

/* Up to the next long stretch of ASCII, or the end. */
static size_t
letters_length (const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t ascii = utf8_ascii_length (text + at, length - at);
        if (ascii > SHORT_GAP)
            break;
        for (at += ascii; at < length && (guchar)text[at] >= 0x80;)
            at++;
    }
    return at;
}

/* Most text is ASCII, and of that Unicode's tables need not be asked: a letter of ASCII composes with
 * what follows it (NFC), never with what is before. */
char *
policy_fold (const char *text)
{
    size_t length = strlen (text);
    Folder folder = { .out = g_string_sized_new (length) };

    for (size_t at = 0; at < length;) {
        size_t ascii = utf8_ascii_length (text + at, length - at);
        bool last = at + ascii == length;
        size_t alone = ascii - (ascii > 0 && !last);
        fold_ascii (&folder, text + at, alone);
        at += alone;
        size_t base = ascii - alone;
        size_t letters =
            last ? 0 : base + letters_length (text + at + base, length - at - base);
        if (letters > 0)
            fold_letters (&folder, text + at, letters);
        at += letters;
    }
    return g_string_free (folder.out, FALSE);
}

static void
append_range (GString *text, const RuleView *view, unsigned leaf, size_t start, size_t end)
{
    if (start >= end)
        return;
    g_autofree char *part = message_visible_text (view->message, leaf, start, end);
    g_string_append_printf (text, "%s\n", part);
}

/* The range without the blocks of a stripped view. */
static void
append_kept (GString *text, const RuleView *view, unsigned leaf, size_t start, size_t end)
{
    const GPtrArray *blocks = view->classification->blocks;
    size_t at = start;

    for (unsigned i = 0; view->stripped && i < blocks->len; i++) {
        const Block *block = g_ptr_array_index (blocks, i);
        if (block->leaf != leaf || block->end <= at || block->start >= end)
            continue;
        append_range (text, view, leaf, at, block->start);
        at = block->end;
    }
    append_range (text, view, leaf, at, end);
}

char *
view_range (const RuleView *view, unsigned leaf, size_t start, size_t end)
{
    g_autoptr (GString) text = g_string_new (NULL);

    append_kept (text, view, leaf, start, end);
    return policy_fold (text->str);
}

/* "1" of "1.2", "" of "1". */
static size_t
parent_length (const char *path)
{
    const char *dot = strrchr (path, '.');

    return dot ? (size_t)(dot - path) : 0;
}

bool
view_reads (const RuleView *view, unsigned leaf)
{
    const Leaf *this = message_leaf (view->message, leaf);
    int main_leaf = message_main_leaf (view->message);

    if (this->kind == LEAF_OTHER || this->kind == LEAF_AMP)
        return false;
    if (this->kind == LEAF_HTML || main_leaf <= (int)leaf)
        return true;
    const Leaf *shown = message_leaf (view->message, (unsigned)main_leaf);
    size_t parent = parent_length (this->path);
    return shown->kind != LEAF_HTML || parent != parent_length (shown->path) ||
           strncmp (this->path, shown->path, parent) != 0;
}

static char *
fold_all (const RuleView *view)
{
    g_autoptr (GString) text = g_string_new (NULL);

    for (unsigned i = 0; i < message_leaf_count (view->message); i++)
        if (view_reads (view, i))
            append_kept (text, view, i, 0,
                         g_bytes_get_size (message_leaf (view->message, i)->content));
    return policy_fold (text->str);
}

char *
view_text (const RuleView *view)
{
    if (!view->text)
        return fold_all (view);
    if (!*view->text)
        *view->text = fold_all (view);
    return g_strdup (*view->text);
}

/* Blocks are in order and apart; a page can have thousands of places to ask about. */
bool
view_has (const RuleView *view, unsigned leaf, size_t offset)
{
    const GPtrArray *blocks = view->classification->blocks;
    unsigned low = 0, high = view->stripped ? blocks->len : 0;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const Block *block = g_ptr_array_index (blocks, middle);
        if (block->leaf == leaf && offset >= block->start && offset < block->end)
            return false;
        if (block->leaf < leaf || (block->leaf == leaf && block->end <= offset))
            low = middle + 1;
        else
            high = middle;
    }
    return true;
}

bool
message_has_campaign (const Message *message, const char *word)
{
    const char *value = message_header (message, "X-Licet-Campaign");
    g_auto (GStrv) tokens = g_strsplit_set (value ? value : "", ",; ", -1);

    for (char **token = tokens; *token; token++)
        if (g_ascii_strcasecmp (word, *token) == 0)
            return true;
    return false;
}
