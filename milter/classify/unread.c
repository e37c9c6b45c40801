/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Absent is not harmless: a message whose content cannot be looked at is not a transaction. One
 * small function for each way to be out of sight.
 */

#include "unread.h"

#include <string.h>

#include "licet/limits.h"
#include "licet/utf8.h"

#include "embeds.h"

/* Letters and digits of visible text below which pictures are all that a page has. A person's
 * short answer may carry the logo of a signature within the mail. */
enum { FEW_LETTERS = 60, NO_LETTERS = 8 };

static void
finding_free (Finding *finding)
{
    g_free (finding->where);
    g_free (finding);
}

static void
add (GPtrArray *findings, const char *signal, double weight, const char *path, const char *what)
{
    Finding *finding = g_new0 (Finding, 1);

    finding->signal = signal;
    finding->weight = weight;
    finding->where = g_strdup_printf ("part %s: %s", path, what);
    g_ptr_array_add (findings, finding);
}

/* An ideograph or a syllable of Hangul says as much as some letters of an alphabet. */
static unsigned
count_letters (const char *text)
{
    unsigned count = 0;

    for (; *text && count < FEW_LETTERS; text = g_utf8_next_char (text)) {
        if ((signed char)*text > 0) {
            count += g_ascii_isalnum (*text);
            continue;
        }
        if (strncmp (text, "\xef\xbf\xbd", 3) == 0)
            continue;
        gunichar letter = g_utf8_get_char (text);
        if (g_unichar_isalnum (letter))
            count += g_unichar_iswide (letter) ? 3 : 1;
    }
    return count;
}

static bool
has_visible_link (const Leaf *leaf)
{
    for (unsigned i = 0; i < leaf->links->len; i++)
        if (((const Link *)g_ptr_array_index (leaf->links, i))->visible)
            return true;
    return false;
}

static void
look_at_embeds (const Leaf *leaf, const Embeds *embeds, GPtrArray *findings)
{
    unsigned letters = count_letters (leaf->text);

    if (letters < FEW_LETTERS && embeds->pictures > 0 &&
        (embeds->remote > 0 || (letters < NO_LETTERS && has_visible_link (leaf))))
        add (findings, "disguise-image-alone", 1.5, leaf->path, "pictures and next to no text");
    if (embeds->redirect)
        add (findings, "disguise-redirect", 1.5, leaf->path, "it shows another page");
    if (embeds->frame)
        add (findings, "disguise-fetched", 1.5, leaf->path, "it fetches a page");
    if (embeds->unknown)
        add (findings, "unread-page", 1, leaf->path, "pages in a page of too many elements");
}

static bool
has_high_bytes (const Leaf *leaf)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    for (gsize i = 0; i < length; i++) {
        i += utf8_ascii_length (data + i, length - i);
        if (i < length && (unsigned char)data[i] >= 0x80)
            return true;
    }
    return false;
}

static void
look_at_coding (const Leaf *leaf, GPtrArray *findings)
{
    if (leaf->encoding == ENCODING_OTHER)
        add (findings, "unread-encoding", 1, leaf->path, "its transfer encoding is not known");
    if (!message_charset_is_known (leaf->charset) && has_high_bytes (leaf))
        add (findings, "unread-charset", 1, leaf->path, "its character set is not known");
    if (strlen (leaf->text) > LIMIT_READING_BYTES)
        add (findings, "unread-rest", 1, leaf->path, "its text is too long to be searched");
}

static void
look_at_type (const Leaf *leaf, GPtrArray *findings)
{
    if (strcmp (leaf->type, "message/partial") == 0)
        add (findings, "unread-elsewhere", 1, leaf->path, "a piece of a message");
    if (strcmp (leaf->type, "message/external-body") == 0)
        add (findings, "unread-elsewhere", 1, leaf->path, "a part that stands elsewhere");
    if (strcmp (leaf->type, "application/pgp-encrypted") == 0 ||
        g_str_has_suffix (leaf->type, "pkcs7-mime"))
        add (findings, "unread-encrypted", 0, leaf->path, "it is encrypted or sealed");
}

/* People send photographs below an empty text; a mail that has not even that is a poster. */
static void
look_at_pictures (const Message *message, GPtrArray *findings)
{
    unsigned letters = 0;
    const char *picture = NULL;

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        if (leaf->kind == LEAF_PLAIN)
            return;
        if (leaf->kind != LEAF_OTHER)
            letters += count_letters (leaf->text);
        else if (!leaf->attachment && g_str_has_prefix (leaf->type, "image/"))
            picture = leaf->path;
    }
    if (!picture || letters >= NO_LETTERS)
        return;
    add (findings, "disguise-image-alone", 1.5, picture, "a picture and no text");
    ((Finding *)g_ptr_array_index (findings, findings->len - 1))->friendly = true;
}

GPtrArray *
unread_find (const Message *message, const GPtrArray *embeds)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func ((GDestroyNotify)finding_free);

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        look_at_type (leaf, findings);
        if (leaf->kind == LEAF_OTHER)
            continue;
        look_at_embeds (leaf, g_ptr_array_index (embeds, i), findings);
        look_at_coding (leaf, findings);
    }
    look_at_pictures (message, findings);
    return findings;
}
