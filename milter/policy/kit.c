/* SPDX-License-Identifier: BSD-2-Clause */

/* The mails of the kit and the profile of their sender. */

#include "kit.h"

#include <string.h>

#include "hints.h"
#include "sender.h"

const char *const kit_mails[] = { "receipt", "newsletter", "mixed", "personal", NULL };
const char *const kit_ways[] = { "link", "mailto", "header", NULL };
/* RFC 2606 2: no domain below .test is ever in use. */
const char kit_sender[] = "orders@shop.test";

static const char name[] = "Shop Test Ltd";
static const char street[] = "12 Example Street", town[] = "Testville 10115";
static const char email[] = "service@shop.test";
static const char telephone[] = "+49 30 1234567";
static const char entry[] = "Company register no. 4711";
static const char pixel[] = "https://open.shop.test/o.gif?id=7";

static const char transaction[] =
    "<p>Thank you for your order 2026-10042. We have received your payment of 94.80 "
    "EUR.</p>\r\n"
    "<p>1 rain jacket, blue, size M: 89.90 EUR. Shipping: 4.90 EUR. Total: 94.80 EUR.</p>\r\n"
    "<p>The parcel leaves our warehouse tomorrow; you will get its tracking number.</p>\r\n";
static const char offer[] = "<p>20 % off all boots until Sunday: <a "
                            "href=\"https://shop.test/boots\">shop now</a></p>\r\n";
static const char letter[] = "Hello Sam,\r\n\r\nhere are the minutes of our meeting. Tell me "
                             "if I forgot anything.\r\n\r\n"
                             "Best wishes\r\nErika\r\n";

bool
kit_has_footer (const char *mail)
{
    return strcmp (mail, "newsletter") == 0 || strcmp (mail, "mixed") == 0;
}

static bool
has (char **list, const char *word)
{
    return g_strv_contains ((const char *const *)list, word);
}

/* RFC 2047 2: words of at most 75 characters, whole characters each. */
static char *
encode_subject (const char *text)
{
    enum { MOST = 42 };
    g_autoptr (GString) words = g_string_new (NULL);

    if (g_str_is_ascii (text))
        return g_strdup (text);
    for (const char *at = text; *at;) {
        const char *end = at;
        while (*end && g_utf8_next_char (end) <= at + MOST)
            end = g_utf8_next_char (end);
        g_autofree char *word = g_base64_encode ((const guchar *)at, (size_t)(end - at));
        g_string_append_printf (words, "%s=?utf-8?B?%s?=", words->len ? "\r\n " : "", word);
        at = end;
    }
    return g_string_free (g_steal_pointer (&words), FALSE);
}

static bool
says_purpose (const KitOrder *order)
{
    for (char **header = order->headers; *header; header++)
        if (g_ascii_strncasecmp (*header, "X-Licet-Purpose:", strlen ("X-Licet-Purpose:")) == 0)
            return true;
    return false;
}

/* purpose: where the case says none. */
static void
add_header (GString *mail, const KitOrder *order, const char *subject, const char *declared,
            const char *purpose)
{
    g_autofree char *encoded = encode_subject (order->subject ? order->subject : subject);

    g_string_append_printf (mail,
                            "From: Shop <%s>\r\nTo: person@recipient.test\r\nSubject: %s\r\n"
                            "Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n"
                            "Message-ID: <kit@shop.test>\r\nMIME-Version: 1.0\r\n%s",
                            order->sender ? order->sender : kit_sender, encoded, declared);
    if (!says_purpose (order))
        g_string_append (mail, purpose);
    if (has (order->unsubscribe, "header"))
        g_string_append (mail, "List-Unsubscribe: <https://shop.test/unsubscribe?u=7>\r\n"
                               "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    for (char **header = order->headers; *header; header++)
        g_string_append_printf (mail, "%s\r\n", *header);
}

static void
add_offers (GString *mail, const KitOrder *order, bool marked)
{
    if (marked)
        g_string_append (mail, "<!-- licet:promotional -->\r\n<div>\r\n");
    for (int64_t i = 0; i < order->offers; i++)
        g_string_append (mail, offer);
    if (marked)
        g_string_append (mail, "</div>\r\n<!-- /licet:promotional -->\r\n");
}

static void
add_ways (GString *mail, const KitOrder *order)
{
    if (has (order->unsubscribe, "link"))
        g_string_append (
            mail,
            "<p><a href=\"https://shop.test/unsubscribe?u=7\">Unsubscribe here</a></p>\r\n");
    if (has (order->unsubscribe, "mailto"))
        g_string_append (mail, "<p><a href=\"mailto:leave@shop.test?subject=unsubscribe\">"
                               "Unsubscribe by mail</a></p>\r\n");
}

static void
add_footer (GString *mail, const KitOrder *order)
{
    for (char **text = order->text; *text; text++) {
        g_autofree char *escaped = g_markup_escape_text (*text, -1);
        g_string_append_printf (mail, "<p>%s</p>\r\n", escaped);
    }
    if (has (order->identity, "name"))
        g_string_append_printf (mail, "<p>%s</p>\r\n", name);
    if (has (order->identity, "postal_address"))
        g_string_append_printf (mail, "<p>%s, %s</p>\r\n", street, town);
    if (has (order->identity, "contact") || has (order->identity, "email"))
        g_string_append_printf (mail, "<p>%s</p>\r\n", email);
    if (has (order->identity, "contact") || has (order->identity, "telephone"))
        g_string_append_printf (mail, "<p>%s</p>\r\n", telephone);
    if (has (order->identity, "register"))
        g_string_append_printf (mail, "<p>%s</p>\r\n", entry);
    add_ways (mail, order);
    if (order->tracked)
        g_string_append_printf (mail, "<img src=\"%s\" width=\"1\" height=\"1\" alt=\"\">\r\n",
                                pixel);
}

static void
add_page (GString *mail, const KitOrder *order)
{
    bool mixed = strcmp (order->mail, "mixed") == 0;

    g_string_append (mail, "Content-Type: text/html; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: 8bit\r\n\r\n<html><body>\r\n");
    if (strcmp (order->mail, "newsletter") == 0 || (mixed && order->offers_first))
        add_offers (mail, order, mixed);
    if (strcmp (order->mail, "newsletter") != 0)
        g_string_append (mail, transaction);
    if (mixed && !order->offers_first)
        add_offers (mail, order, true);
    add_footer (mail, order);
    g_string_append (mail, "</body></html>\r\n");
}

GBytes *
kit_make (const KitOrder *order)
{
    GString *mail = g_string_new (NULL);

    if (strcmp (order->mail, "personal") == 0) {
        add_header (mail, order, "The minutes of our meeting",
                    "In-Reply-To: <a1b2c3@recipient.test>\r\nX-Licet-Class: personal\r\n", "");
        g_string_append_printf (mail, "Content-Type: text/plain; charset=utf-8\r\n\r\n%s",
                                letter);
        return g_string_free_to_bytes (mail);
    }
    if (strcmp (order->mail, "newsletter") == 0)
        add_header (mail, order, "Boots for the winter", "X-Licet-Class: promotional\r\n",
                    "X-Licet-Purpose: newsletter\r\n");
    else if (strcmp (order->mail, "mixed") == 0)
        add_header (mail, order, "Your order 2026-10042", "",
                    "X-Licet-Purpose: receipt, offer\r\n");
    else
        add_header (mail, order, "Your order 2026-10042", "X-Licet-Class: transactional\r\n",
                    "X-Licet-Purpose: receipt\r\n");
    add_page (mail, order);
    return g_string_free_to_bytes (mail);
}

/* Read as an officer's own entry is, so that what a profile may hold is said once. */
SenderProfile *
kit_profile (const BlockSelectors *general)
{
    static const char text[] =
        "domains = [ \"shop.test\" ]; names = [ \"Shop Test Ltd\" ];\n"
        "postal_address = [ \"12 Example Street\", \"Testville 10115\" ];\n"
        "contact = [ \"service@shop.test\", \"+49 30 1234567\" ]; register = [ \"Company register no. 4711\" ];\n";
    static const char hosts[] = "tracking : { pixel_hosts = [ \"open.shop.test\" ]; };\n";
    g_autoptr (Conffile) profile_file = conffile_parse (text, "kit", NULL);
    g_autoptr (Conffile) hosts_file = conffile_parse (hosts, "kit", NULL);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    SenderProfile *profile = sender_read (conffile_root (profile_file), problems);
    const TrackingPatterns *tracking =
        tracking_patterns_read (conffile_root (hosts_file), problems);

    g_assert (profile && tracking && problems->len == 0);
    profile->hints = hints_new (general, NULL, tracking);
    profile->hints->names = profile->names;
    return profile;
}

void
kit_profile_free (SenderProfile *profile)
{
    if (!profile)
        return;
    tracking_patterns_free ((TrackingPatterns *)profile->hints->tracking);
    sender_free (profile);
}
