/* SPDX-License-Identifier: BSD-2-Clause */

/* What the sending application says a message is for. */

#include "declared.h"

#include "licet/classify.h"
#include "licet/error.h"
#include "licet/nearest.h"

char **
declared_words (const Message *message)
{
    g_autoptr (GString) all = g_string_new (NULL);

    for (unsigned i = 0; i < message_field_count (message); i++)
        if (g_ascii_strcasecmp (message_field (message, i)->name, "X-Licet-Purpose") == 0)
            g_string_append_printf (all, "%s,", message_field (message, i)->value);
    return g_strsplit_set (all->str, ", \t\r\n", -1);
}

const char *
declared_meant (const char *word)
{
    static const struct {
        const char *usual;
        Purpose purpose;
    } rows[] = {
        { "advertising", PURPOSE_OFFER },    { "alert", PURPOSE_SECURITY },
        { "appointment", PURPOSE_BOOKING },  { "cart", PURPOSE_CART_REMINDER },
        { "confirmation", PURPOSE_RECEIPT }, { "delivery", PURPOSE_SHIPPING },
        { "feedback", PURPOSE_SURVEY },      { "invoice", PURPOSE_BILLING },
        { "loyalty", PURPOSE_OFFER },        { "marketing", PURPOSE_OFFER },
        { "news", PURPOSE_NEWSLETTER },      { "order", PURPOSE_RECEIPT },
        { "otp", PURPOSE_SECURITY },         { "password", PURPOSE_SECURITY },
        { "payment", PURPOSE_BILLING },      { "promo", PURPOSE_OFFER },
        { "promotion", PURPOSE_OFFER },      { "registration", PURPOSE_ACCOUNT },
        { "reservation", PURPOSE_BOOKING },  { "review", PURPOSE_SURVEY },
        { "statement", PURPOSE_BILLING },    { "ticket", PURPOSE_SUPPORT },
        { "upsell", PURPOSE_CROSS_SELL },    { "verification", PURPOSE_SECURITY },
        { "winback", PURPOSE_REACTIVATION },
    };
    const char *words[PURPOSE_WELCOME + 1] = { NULL };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
        if (g_ascii_strcasecmp (rows[i].usual, word) == 0)
            return purpose_word (rows[i].purpose);
    for (Purpose purpose = PURPOSE_RECEIPT; purpose <= PURPOSE_WELCOME; purpose++)
        words[purpose - PURPOSE_RECEIPT] = purpose_word (purpose);
    return nearest_word (words, word);
}

bool
classify_check_declared (const Message *message, GError **error)
{
    g_auto (GStrv) words = declared_words (message);
    Purpose first = PURPOSE_NONE, purpose = PURPOSE_NONE;

    for (char **word = words; *word; word++) {
        if (!purpose_parse (*word, &purpose) || !purpose_is_promotional (purpose))
            continue;
        if (first != PURPOSE_NONE && first != purpose) {
            g_set_error (
                error, LICET_ERROR, LICET_ERROR_MALFORMED,
                "X-Licet-Purpose names two promotional purposes, %s and %s; it takes one",
                purpose_word (first), purpose_word (purpose));
            return false;
        }
        first = purpose;
    }
    return true;
}
