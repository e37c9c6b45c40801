/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Links tell shop from transaction in any language, as far as addresses are words. The query is
 * left out: names of campaigns speak of orders too.
 */

#include "block_links.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "licet/utf8.h"

#include "needles.h"

/* What is longer than any page name tells nothing more. */
enum { MOST_BYTES = 512 };

static const Needle paths[] = {
    { "unsub", GOAL_LEGAL },
    { "optout", GOAL_LEGAL },
    { "opt-out", GOAL_LEGAL },
    { "opt_out", GOAL_LEGAL },
    { "preferences", GOAL_LEGAL },
    { "privacy", GOAL_LEGAL },
    { "terms", GOAL_LEGAL },
    { "legal", GOAL_LEGAL },
    { "imprint", GOAL_LEGAL },
    { "impressum", GOAL_LEGAL },
    { "datenschutz", GOAL_LEGAL },
    { "agb", GOAL_LEGAL },
    { "widerruf", GOAL_LEGAL },
    { "privacidad", GOAL_LEGAL },
    { "condiciones", GOAL_LEGAL },
    { "confidentialite", GOAL_LEGAL },
    { "cgv", GOAL_LEGAL },
    { "condizioni", GOAL_LEGAL },
    { "privacidade", GOAL_LEGAL },
    { "regulamin", GOAL_LEGAL },
    { "polityka", GOAL_LEGAL },
    { "integritet", GOAL_LEGAL },
    { "vilkar", GOAL_LEGAL },
    { "villkor", GOAL_LEGAL },
    { "gizlilik", GOAL_LEGAL },
    { "abmelden", GOAL_LEGAL },
    { "desinscri", GOAL_LEGAL },
    { "afmelden", GOAL_LEGAL },
    { "avregistrera", GOAL_LEGAL },
    { "wypisz", GOAL_LEGAL },
    { "order", GOAL_ACCOUNT },
    { "invoice", GOAL_ACCOUNT },
    { "track", GOAL_ACCOUNT },
    { "parcel", GOAL_ACCOUNT },
    { "shipment", GOAL_ACCOUNT },
    { "account", GOAL_ACCOUNT },
    { "login", GOAL_ACCOUNT },
    { "signin", GOAL_ACCOUNT },
    { "sign-in", GOAL_ACCOUNT },
    { "password", GOAL_ACCOUNT },
    { "reset", GOAL_ACCOUNT },
    { "verif", GOAL_ACCOUNT },
    { "confirm", GOAL_ACCOUNT },
    { "activat", GOAL_ACCOUNT },
    { "billing", GOAL_ACCOUNT },
    { "payment", GOAL_ACCOUNT },
    { "receipt", GOAL_ACCOUNT },
    { "booking", GOAL_ACCOUNT },
    { "reservation", GOAL_ACCOUNT },
    { "ticket", GOAL_ACCOUNT },
    { "return", GOAL_ACCOUNT },
    { "refund", GOAL_ACCOUNT },
    { "history", GOAL_ACCOUNT },
    { "subscription", GOAL_ACCOUNT },
    { "bestell", GOAL_ACCOUNT },
    { "rechnung", GOAL_ACCOUNT },
    { "sendung", GOAL_ACCOUNT },
    { "konto", GOAL_ACCOUNT },
    { "pedido", GOAL_ACCOUNT },
    { "factura", GOAL_ACCOUNT },
    { "seguimiento", GOAL_ACCOUNT },
    { "cuenta", GOAL_ACCOUNT },
    { "commande", GOAL_ACCOUNT },
    { "facture", GOAL_ACCOUNT },
    { "suivi", GOAL_ACCOUNT },
    { "compte", GOAL_ACCOUNT },
    { "ordini", GOAL_ACCOUNT },
    { "ordine", GOAL_ACCOUNT },
    { "fattura", GOAL_ACCOUNT },
    { "encomenda", GOAL_ACCOUNT },
    { "fatura", GOAL_ACCOUNT },
    { "zamowien", GOAL_ACCOUNT },
    { "bestelling", GOAL_ACCOUNT },
    { "ordre", GOAL_ACCOUNT },
    { "siparis", GOAL_ACCOUNT },
    { "zakaz", GOAL_ACCOUNT },
    { "download", GOAL_ACCOUNT },
    { "review", GOAL_TEASER },
    { "rating", GOAL_TEASER },
    { "bewert", GOAL_TEASER },
    { "avis", GOAL_TEASER },
    { "recensi", GOAL_TEASER },
    { "resena", GOAL_TEASER },
    { "survey", GOAL_TEASER },
    { "feedback", GOAL_TEASER },
    { "umfrage", GOAL_TEASER },
    { "encuesta", GOAL_TEASER },
    { "sondage", GOAL_TEASER },
    { "enquete", GOAL_TEASER },
    { "ankiet", GOAL_TEASER },
    { "anket", GOAL_TEASER },
    { "refer", GOAL_TEASER },
    { "invite", GOAL_TEASER },
    { "friend", GOAL_TEASER },
    { "parrain", GOAL_TEASER },
    { "empfehl", GOAL_TEASER },
    { "freunde", GOAL_TEASER },
    { "reward", GOAL_TEASER },
    { "loyalty", GOAL_TEASER },
    { "bonus", GOAL_TEASER },
    { "coupon", GOAL_TEASER },
    { "voucher", GOAL_TEASER },
    { "gutschein", GOAL_TEASER },
    { "wishlist", GOAL_TEASER },
    { "recommend", GOAL_TEASER },
    { "newsletter", GOAL_TEASER },
    { "boletin", GOAL_TEASER },
    { "/sale", GOAL_TEASER },
    { "offer", GOAL_TEASER },
    { "angebot", GOAL_TEASER },
    { "oferta", GOAL_TEASER },
    { "deals", GOAL_TEASER },
    { "promo", GOAL_TEASER },
    { "rabat", GOAL_TEASER },
    { "/club", GOAL_TEASER },
    { "giveaway", GOAL_TEASER },
    { NULL, 0 },
};

static const Needle hosts[] = {
    { "apps.apple.com", GOAL_APP },
    { "itunes.apple.com", GOAL_APP },
    { "play.google.com", GOAL_APP },
    { "appgallery.huawei.com", GOAL_APP },
    { "apps.microsoft.com", GOAL_APP },
    { "apps.rustore.ru", GOAL_APP },
    { "facebook.com", GOAL_SOCIAL },
    { "instagram.com", GOAL_SOCIAL },
    { "twitter.com", GOAL_SOCIAL },
    { "//x.com", GOAL_SOCIAL },
    { "linkedin.com", GOAL_SOCIAL },
    { "youtube.com", GOAL_SOCIAL },
    { "tiktok.com", GOAL_SOCIAL },
    { "pinterest.", GOAL_SOCIAL },
    { "//vk.com", GOAL_SOCIAL },
    { "t.me/", GOAL_SOCIAL },
    { "weibo.com", GOAL_SOCIAL },
    { "snapchat.com", GOAL_SOCIAL },
    { "threads.net", GOAL_SOCIAL },
    { "whatsapp.com/channel", GOAL_SOCIAL },
    { "//survey.", GOAL_TEASER },
    { "//surveys.", GOAL_TEASER },
    { "//feedback.", GOAL_TEASER },
    { "//review.", GOAL_TEASER },
    { "//reviews.", GOAL_TEASER },
    { "//track.", GOAL_ACCOUNT },
    { "//tracking.", GOAL_ACCOUNT },
    { "//account.", GOAL_ACCOUNT },
    { "//my.", GOAL_ACCOUNT },
    { "//login.", GOAL_ACCOUNT },
    { NULL, 0 },
};

/* The first goal of an order that a word is found of. */
static LinkGoal
first_of (guint32 found, const LinkGoal order[], unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (found >> order[i] & 1)
            return order[i];
    return GOAL_NONE;
}

static LinkGoal
goal_of_host (const char *address)
{
    static const LinkGoal order[] = { GOAL_APP, GOAL_SOCIAL, GOAL_TEASER, GOAL_ACCOUNT };
    static Needles needles = { .rows = hosts };

    return first_of (needles_find (&needles, address), order, G_N_ELEMENTS (order));
}

/* "/orders/4711/review" is about the order. */
static LinkGoal
goal_of_path (const char *path)
{
    static const LinkGoal order[] = { GOAL_LEGAL, GOAL_ACCOUNT, GOAL_TEASER };
    static Needles needles = { .rows = paths };

    return first_of (needles_find (&needles, path), order, G_N_ELEMENTS (order));
}

LinkGoal
block_links_goal (const char *target)
{
    size_t length = MIN (strcspn (target, "?#"), MOST_BYTES);
    g_autofree char *lower = g_strndup (target, length);

    utf8_lower_ascii (lower, lower, length);
    if (g_str_has_prefix (lower, "mailto:") || g_str_has_prefix (lower, "tel:"))
        return GOAL_CONTACT;
    if (!g_str_has_prefix (lower, "http") && !g_str_has_prefix (lower, "www."))
        return GOAL_NONE;
    const char *host = strstr (lower, "//");
    host = host ? host + 2 : lower;
    const char *path = strchr (host, '/');
    LinkGoal goal = goal_of_host (lower);
    if (goal == GOAL_NONE && path)
        goal = goal_of_path (path);
    return goal == GOAL_NONE ? GOAL_SHOP : goal;
}

bool
block_links_is_front (const char *target)
{
    const char *host = strstr (target, "//");
    const char *path = host ? strchr (host + 2, '/') : NULL;

    return host && (!path || !path[1]);
}
