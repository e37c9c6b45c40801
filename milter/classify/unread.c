/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Absent is not harmless: a message whose content cannot be looked at is not a transaction. One
 * small function for each way to be out of sight.
 */

#include "unread.h"

#include <stdlib.h>
#include <string.h>

#include "licet/limits.h"

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
    finding->where = g_strdup_printf ("leaf %s: %s", path, what);
    g_ptr_array_add (findings, finding);
}

static unsigned
count_letters (const char *text)
{
    unsigned count = 0;

    for (; *text && count < FEW_LETTERS; text = g_utf8_next_char (text))
        count += g_unichar_isalnum (g_utf8_get_char (text));
    return count;
}

static bool
is_remote (const char *address)
{
    address += strspn (address, " \t\r\n\"'");
    return g_ascii_strncasecmp (address, "http", 4) == 0 || g_str_has_prefix (address, "//");
}

static bool
is_tiny (const Message *message, unsigned leaf, unsigned element, const char *attribute)
{
    g_autofree char *value = message_element_attribute (message, leaf, element, attribute);

    return value && g_ascii_isdigit (*value) && atoi (value) <= 2 && !strchr (value, '%');
}

/* Pictures that only count whether the page was opened. */
static unsigned
count_pixels (const Message *message, unsigned leaf)
{
    unsigned count = 0;

    for (unsigned i = 0; i < message_element_count (message, leaf); i++) {
        const LeafElement *element = message_element (message, leaf, i);
        if (strcmp (element->name, "img") != 0)
            continue;
        g_autofree char *style = message_element_attribute (message, leaf, i, "style");
        count += element->hidden || is_tiny (message, leaf, i, "width") ||
                 is_tiny (message, leaf, i, "height") ||
                 (style && (strstr (style, "width:1px") || strstr (style, "height:1px")));
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
look_at_pictures (const Message *message, unsigned i, const GPtrArray *asides,
                  GPtrArray *findings)
{
    const Leaf *leaf = message_leaf (message, i);
    unsigned letters = count_letters (leaf->text), pictures = 0, remote = 0;

    if (letters >= FEW_LETTERS)
        return;
    for (unsigned k = 0; k < asides->len; k++) {
        const Aside *aside = g_ptr_array_index (asides, k);
        pictures += aside->kind == ASIDE_PICTURE;
        remote += aside->kind == ASIDE_PICTURE && is_remote (aside->text);
    }
    unsigned pixels = count_pixels (message, i);
    if (pictures <= pixels)
        return;
    if (remote > pixels || (letters < NO_LETTERS && has_visible_link (leaf)))
        add (findings, "disguise-image-alone", 1.5, leaf->path, "pictures and next to no text");
}

static void
look_at_pages (const Leaf *leaf, const GPtrArray *asides, GPtrArray *findings)
{
    for (unsigned i = 0; i < asides->len; i++) {
        const Aside *aside = g_ptr_array_index (asides, i);
        if (aside->kind == ASIDE_REDIRECT)
            add (findings, "disguise-redirect", 1.5, leaf->path, "it shows another page");
        else if (aside->kind == ASIDE_FETCHED && is_remote (aside->text))
            add (findings, "disguise-fetched", 1.5, leaf->path, "it fetches a page");
        else
            continue;
        return;
    }
}

static bool
has_high_bytes (const Leaf *leaf)
{
    gsize length = 0;
    const unsigned char *data = g_bytes_get_data (leaf->content, &length);

    for (gsize i = 0; i < length; i++)
        if (data[i] >= 0x80)
            return true;
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

GPtrArray *
unread_find (const Message *message)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func ((GDestroyNotify)finding_free);

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        look_at_type (leaf, findings);
        if (leaf->kind == LEAF_OTHER)
            continue;
        g_autoptr (GPtrArray) asides = message_asides (message, i);
        look_at_pictures (message, i, asides, findings);
        look_at_pages (leaf, asides, findings);
        look_at_coding (leaf, findings);
    }
    return findings;
}
