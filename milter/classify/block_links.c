/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Links tell shop from transaction in any language, as far as addresses are words. The query is
 * left out: names of campaigns speak of orders too.
 */

#include "block_links.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* What is longer than any page name tells nothing more. */
enum { MOST_BYTES = 512 };

typedef struct {
    LinkGoal goal;
    const char *words[48];
} Row;

/* The first row with a word in the path counts: "/orders/4711/review" is about the order. */
static const Row paths[] = {
    { GOAL_LEGAL,
      { "unsub",           "optout",     "opt-out",    "opt_out",      "preferences",
        "privacy",         "terms",      "legal",      "imprint",      "impressum",
        "datenschutz",     "agb",        "widerruf",   "privacidad",   "condiciones",
        "confidentialite", "cgv",        "condizioni", "privacidade",  "regulamin",
        "polityka",        "integritet", "vilkar",     "villkor",      "gizlilik",
        "abmelden",        "desinscri",  "afmelden",   "avregistrera", "wypisz" } },
    { GOAL_ACCOUNT,
      { "order",       "invoice",  "track",    "parcel",    "shipment", "account",
        "login",       "signin",   "sign-in",  "password",  "reset",    "verif",
        "confirm",     "activat",  "billing",  "payment",   "receipt",  "booking",
        "reservation", "ticket",   "return",   "refund",    "history",  "subscription",
        "bestell",     "rechnung", "sendung",  "konto",     "pedido",   "factura",
        "seguimiento", "cuenta",   "commande", "facture",   "suivi",    "compte",
        "ordini",      "ordine",   "fattura",  "encomenda", "fatura",   "zamowien",
        "bestelling",  "ordre",    "siparis",  "zakaz",     "download" } },
    { GOAL_TEASER,
      { "review",     "rating",  "bewert",   "avis",    "recensi",   "resena",   "survey",
        "feedback",   "umfrage", "encuesta", "sondage", "enquete",   "ankiet",   "anket",
        "refer",      "invite",  "friend",   "parrain", "empfehl",   "freunde",  "reward",
        "loyalty",    "bonus",   "coupon",   "voucher", "gutschein", "wishlist", "recommend",
        "newsletter", "boletin", "/sale",    "offer",   "angebot",   "oferta",   "deals",
        "promo",      "rabat",   "/club",    "giveaway" } },
};

static const Row hosts[] = {
    { GOAL_APP,
      { "apps.apple.com", "itunes.apple.com", "play.google.com", "appgallery.huawei.com",
        "apps.microsoft.com", "apps.rustore.ru" } },
    { GOAL_SOCIAL,
      { "facebook.com", "instagram.com", "twitter.com", "//x.com", "linkedin.com",
        "youtube.com", "tiktok.com", "pinterest.", "//vk.com", "t.me/", "weibo.com",
        "snapchat.com", "threads.net", "whatsapp.com/channel" } },
    { GOAL_TEASER, { "//survey.", "//surveys.", "//feedback.", "//review.", "//reviews." } },
    { GOAL_ACCOUNT, { "//track.", "//tracking.", "//account.", "//my.", "//login." } },
};

static bool
holds_any (const char *text, const char *const words[])
{
    for (; *words; words++)
        if (strstr (text, *words))
            return true;
    return false;
}

static LinkGoal
find_row (const char *text, const Row rows[], unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (holds_any (text, rows[i].words))
            return rows[i].goal;
    return GOAL_NONE;
}

LinkGoal
block_links_goal (const char *target)
{
    g_autofree char *lower =
        g_ascii_strdown (target, (gssize)MIN (strlen (target), MOST_BYTES));

    if (g_str_has_prefix (lower, "mailto:") || g_str_has_prefix (lower, "tel:"))
        return GOAL_CONTACT;
    if (!g_str_has_prefix (lower, "http") && !g_str_has_prefix (lower, "www."))
        return GOAL_NONE;
    lower[strcspn (lower, "?#")] = '\0';
    const char *host = strstr (lower, "//");
    host = host ? host + 2 : lower;
    const char *path = strchr (host, '/');
    LinkGoal goal = find_row (lower, hosts, G_N_ELEMENTS (hosts));
    if (goal == GOAL_NONE && path)
        goal = find_row (path, paths, G_N_ELEMENTS (paths));
    return goal == GOAL_NONE ? GOAL_SHOP : goal;
}

bool
block_links_is_front (const char *target)
{
    const char *host = strstr (target, "//");
    const char *path = host ? strchr (host + 2, '/') : NULL;

    return host && (!path || !path[1]);
}
