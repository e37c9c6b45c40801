/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The table of signals. A signal looks at the scene and returns what it saw (a place or a few
 * words, owned by the caller), or NULL. Weights are in the unit of a log-odds; they were set by
 * hand on labelled mail and are few enough to be read.
 */

#include "signals.h"

#include <string.h>

typedef struct {
    const char *name;
    double weight; /* above 0: promotion; below 0: transaction */
    char *(*look) (const Scene *scene);
} Signal;

/* The longest prefix of any text that a pattern is run over. */
enum { PATTERN_TEXT = 64 * 1024 };

static char *
see_header (const Scene *scene, const char *name)
{
    return message_header (scene->message, name) ? g_strdup (name) : NULL;
}

static char *
see_list_unsubscribe (const Scene *scene)
{
    return see_header (scene, "List-Unsubscribe");
}

static char *
see_list_id (const Scene *scene)
{
    return see_header (scene, "List-Id");
}

static char *
see_precedence (const Scene *scene)
{
    const char *value = message_header (scene->message, "Precedence");

    return value && (g_ascii_strcasecmp (value, "bulk") == 0 ||
                     g_ascii_strcasecmp (value, "list") == 0)
               ? g_strdup_printf ("Precedence: %s", value)
               : NULL;
}

static char *
see_campaign (const Scene *scene)
{
    static const char *const names[] = { "X-Campaign",           "X-CampaignID",
                                         "X-Campaign-Id",        "X-MC-User",
                                         "X-Mailchimp-Campaign", "X-Mailer-RecptId",
                                         "X-Newsletter" };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
        if (message_header (scene->message, names[i]))
            return g_strdup (names[i]);
    return NULL;
}

/* RFC 3834: a program answers or notifies. */
static char *
see_auto_submitted (const Scene *scene)
{
    const char *value = message_header (scene->message, "Auto-Submitted");

    return value && g_ascii_strcasecmp (value, "no") != 0 ? g_strdup ("Auto-Submitted") : NULL;
}

/* Message streams of common sending platforms. */
static char *
see_stream (const Scene *scene, const char *word)
{
    static const char *const names[] = { "X-PM-Message-Stream", "X-Mailgun-Tag", "X-MC-Tags",
                                         "X-Mailjet-Campaign", "X-SES-Configuration-Set" };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
        const char *value = message_header (scene->message, names[i]);
        g_autofree char *lower = value ? g_ascii_strdown (value, -1) : NULL;
        if (lower && strstr (lower, word))
            return g_strdup (names[i]);
    }
    return NULL;
}

static char *
see_transactional_stream (const Scene *scene)
{
    char *seen = see_stream (scene, "transactional");

    return seen ? seen : see_stream (scene, "outbound");
}

static char *
see_broadcast_stream (const Scene *scene)
{
    char *seen = see_stream (scene, "broadcast");

    return seen ? seen : see_stream (scene, "marketing");
}

static char *
see_promotional_subject (const Scene *scene)
{
    return g_strdup (scene->subject_words.promotional_term);
}

static char *
see_transactional_subject (const Scene *scene)
{
    return g_strdup (scene->subject_words.transactional_term);
}

static char *
see_terms (unsigned count, unsigned least, const char *term)
{
    return count >= least ? g_strdup_printf ("%u terms, first \"%s\"", count, term) : NULL;
}

static char *
see_promotional_word (const Scene *scene)
{
    return see_terms (scene->words.promotional, 1, scene->words.promotional_term);
}

static char *
see_promotional_words (const Scene *scene)
{
    return see_terms (scene->words.promotional, 3, scene->words.promotional_term);
}

static char *
see_many_promotional_words (const Scene *scene)
{
    return see_terms (scene->words.promotional, 6, scene->words.promotional_term);
}

static char *
see_transactional_word (const Scene *scene)
{
    return see_terms (scene->words.transactional, 1, scene->words.transactional_term);
}

static char *
see_transactional_words (const Scene *scene)
{
    return see_terms (scene->words.transactional, 3, scene->words.transactional_term);
}

static char *
see_unsubscribe_words (const Scene *scene)
{
    return scene->words.unsubscribe ? g_strdup_printf ("%u terms", scene->words.unsubscribe)
                                    : NULL;
}

static char *
see_pattern (const Scene *scene, GRegex *pattern)
{
    g_autoptr (GMatchInfo) match = NULL;

    if (!g_regex_match (pattern, scene->text, 0, &match))
        return NULL;
    /* Numbers of orders and codes are personal: say where, not what. */
    int start = 0, end = 0;
    g_match_info_fetch_pos (match, 0, &start, &end);
    return g_strdup_printf ("visible text, byte %d", start);
}

/* Compiles a pattern once per process; patterns are constants, so a failure is our bug. */
#define PATTERN_SIGNAL(function, text)                                                         \
    static char *function (const Scene *scene)                                                 \
    {                                                                                          \
        static GRegex *pattern;                                                                \
        if (g_once_init_enter (&pattern)) {                                                    \
            GRegex *compiled =                                                                 \
                g_regex_new (text, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);              \
            g_assert (compiled);                                                               \
            g_once_init_leave (&pattern, compiled);                                            \
        }                                                                                      \
        return see_pattern (scene, pattern);                                                   \
    }

PATTERN_SIGNAL (
    see_percent_off,
    "(?<!\\w)-\\s?\\d{1,2}\\s?%|\\b\\d{1,2}\\s?%\\s?(?:off|discount|rabatt|de descuento|dto|"
    "de réduction|remise|di sconto|sconto|de desconto|korting|zniżki|rabatu|indirim)")
PATTERN_SIGNAL (
    see_coupon,
    "\\b(?:promo ?code|coupon ?code|discount ?code|código promocional|gutschein ?code|"
    "rabattcode|code promo|codice sconto|cupom|kortingscode)\\b")
PATTERN_SIGNAL (
    see_order_number,
    "\\b(?:order|pedido|bestell\\w*|commande|ordine|invoice|factura|facture|rechnung\\w*|"
    "fattura|ticket|case|booking|reserva\\w*|tracking|sendung\\w*|zam[oó]wieni\\w*|"
    "bestilling\\w*|encomenda)\\b[^\\n\\d]{0,24}[#:]?\\s{0,3}[A-Z]{0,4}-?\\d{3,}")
PATTERN_SIGNAL (
    see_total,
    "\\b(?:sub)?(?:total|totale|summe|gesamt\\w*|importe|montant|amount due|totaal|suma)\\b"
    "[^\\n\\d]{0,40}\\d+[.,]\\d{2}")
PATTERN_SIGNAL (see_code,
                "\\b(?:code|código|codice|pin|passcode|kod)\\b[^\\d\\n]{0,40}\\b\\d{4,8}\\b")
PATTERN_SIGNAL (
    see_password,
    "\\b(?:password|passwort|contraseña|mot de passe|senha|wachtwoord|hasło|lösenord|"
    "adgangskode|parola|sign[- ]?in|log[- ]?in)\\b")

#define COUNT_SIGNAL(function, condition, what)                                                \
    static char *function (const Scene *scene)                                                 \
    {                                                                                          \
        return (condition) ? g_strdup (what) : NULL;                                           \
    }

COUNT_SIGNAL (see_price, scene->tally.prices >= 1, "an amount of money")
COUNT_SIGNAL (see_prices, scene->tally.prices >= 5, "five amounts of money or more")
COUNT_SIGNAL (see_long_number, scene->tally.long_numbers >= 1, "a number of six digits or more")
COUNT_SIGNAL (see_exclamations, scene->tally.exclamations >= 3,
              "three exclamation marks or more")
COUNT_SIGNAL (see_loud_subject, strpbrk (scene->subject, "!%") != NULL, "Subject with ! or %")
COUNT_SIGNAL (see_quoted_text, scene->tally.quoted_lines >= 1, "lines quoted with >")
COUNT_SIGNAL (see_short_text, scene->tally.characters < 600, "less than 600 characters")
COUNT_SIGNAL (see_long_text, scene->tally.characters > 2500, "more than 2500 characters")
COUNT_SIGNAL (see_images, scene->tally.images >= 4, "four images or more")
COUNT_SIGNAL (see_no_links, scene->links == 0, "no link")
COUNT_SIGNAL (see_links, scene->links >= 6, "six links or more")
COUNT_SIGNAL (see_many_links, scene->links >= 15, "fifteen links or more")
COUNT_SIGNAL (see_campaign_link, scene->tally.campaign_links >= 1,
              "link that counts a campaign")
COUNT_SIGNAL (see_unsubscribe_link, scene->tally.unsubscribe_links >= 1, "link to unsubscribe")
COUNT_SIGNAL (see_account_link, scene->tally.account_links >= 1, "link to an account or order")

COUNT_SIGNAL (see_no_bulk_mark, !scene->machine, "no header field of bulk mail")
COUNT_SIGNAL (see_no_words, scene->words.promotional + scene->words.transactional == 0,
              "no word of the vocabulary")
COUNT_SIGNAL (see_free_text,
              scene->tally.images == 0 && scene->links <= 3 && scene->words.unsubscribe == 0 &&
                  scene->tally.prices == 0 && scene->subject_words.transactional == 0,
              "text with hardly a link, no image and no amount")

static bool
is_plain (const Scene *scene)
{
    int leaf = message_main_leaf (scene->message);

    return leaf >= 0 && message_leaf (scene->message, (unsigned)leaf)->kind == LEAF_PLAIN;
}

COUNT_SIGNAL (see_plain, is_plain (scene), "plain text alone")

static char *
see_thread (const Scene *scene)
{
    char *seen = see_header (scene, "In-Reply-To");

    return seen ? seen : see_header (scene, "References");
}

/* Programs that people write with; names, since X-Mailer is also set by programs that send. */
static char *
see_mail_client (const Scene *scene)
{
    static const char *const clients[] = { "thunderbird", "apple mail", "iphone mail",
                                           "outlook",     "mutt",       "evolution",
                                           "kmail",       "mozilla",    "claws",
                                           "eudora",      NULL };
    const char *agent = message_header (scene->message, "User-Agent");
    if (!agent)
        agent = message_header (scene->message, "X-Mailer");
    g_autofree char *lower = agent ? g_ascii_strdown (agent, -1) : NULL;

    for (const char *const *client = clients; lower && *client; client++)
        if (strstr (lower, *client))
            return g_strdup ("mail client of a person");
    return NULL;
}

static const Signal table[] = {
    { "header-list-unsubscribe", 1.5, see_list_unsubscribe },
    { "header-list-id", 0.5, see_list_id },
    { "header-precedence", 0.7, see_precedence },
    { "header-campaign", 1.5, see_campaign },
    { "header-auto-submitted", -0.7, see_auto_submitted },
    { "stream-transactional", -2.0, see_transactional_stream },
    { "stream-broadcast", 2.0, see_broadcast_stream },
    { "subject-promotional", 1.2, see_promotional_subject },
    { "subject-transactional", -1.8, see_transactional_subject },
    { "word-promotional", 0.5, see_promotional_word },
    { "words-promotional", 0.8, see_promotional_words },
    { "many-words-promotional", 0.8, see_many_promotional_words },
    { "word-transactional", -0.6, see_transactional_word },
    { "words-transactional", -0.9, see_transactional_words },
    { "words-unsubscribe", 1.2, see_unsubscribe_words },
    { "percent-off", 1.0, see_percent_off },
    { "coupon", 1.0, see_coupon },
    { "order-number", -1.5, see_order_number },
    { "total", -1.0, see_total },
    { "code", -1.0, see_code },
    { "password", -1.0, see_password },
    { "amount", 0, see_price },
    { "amounts", 0, see_prices },
    { "long-number", 0, see_long_number },
    { "exclamations", 0, see_exclamations },
    { "subject-loud", 0, see_loud_subject },
    { "text-quoted", 0, see_quoted_text },
    { "text-short", 0, see_short_text },
    { "text-long", 0, see_long_text },
    { "images", 0, see_images },
    { "links-none", 0, see_no_links },
    { "links", 0, see_links },
    { "links-many", 0, see_many_links },
    { "link-campaign", 0, see_campaign_link },
    { "link-unsubscribe", 0, see_unsubscribe_link },
    { "link-account", 0, see_account_link },
    { "header-no-bulk", 0, see_no_bulk_mark },
    { "words-none", 0, see_no_words },
    { "free-text", 0, see_free_text },
    { "plain-text", 0, see_plain },
    { "header-thread", 0, see_thread },
    { "header-mail-client", 0, see_mail_client },
};

void
signals_collect (const Scene *scene, GPtrArray *evidence)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++) {
        char *where = table[i].look (scene);
        if (!where)
            continue;
        Evidence *entry = g_new0 (Evidence, 1);
        entry->signal = g_strdup (table[i].name);
        entry->weight = table[i].weight;
        entry->where = where;
        g_ptr_array_add (evidence, entry);
    }
}

unsigned
signals_count (void)
{
    return G_N_ELEMENTS (table);
}

const char *
signals_name (unsigned i)
{
    return table[i].name;
}

int
signals_find (const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (strcmp (table[i].name, name) == 0)
            return (int)i;
    return -1;
}

bool
signals_is_machine (const Message *message)
{
    static const char *const names[] = { "List-Unsubscribe",
                                         "List-Id",
                                         "Precedence",
                                         "Auto-Submitted",
                                         "Feedback-ID",
                                         "X-Campaign",
                                         "X-CampaignID",
                                         "X-PM-Message-Stream",
                                         "X-Mailgun-Tag",
                                         "X-MC-Tags",
                                         "X-SES-Configuration-Set",
                                         "X-Auto-Response-Suppress" };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
        if (message_header (message, names[i]))
            return true;
    return false;
}
