/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The table of signals. A row says what is seen, in words for an officer, which classes it may speak
 * for and against, and its weight (log-odds of promotion against transaction) where no model has
 * one. The direction is part of the table because labelled mail is never enough to learn it: what
 * contradicts it in training is chance.
 */

#include "signals.h"

#include <string.h>

#include "settled.h"

/* Bytes whose wording is weighed, bytes that a line with a number has or is a row of a bill, and the
 * log-odds from which on a line leans to a side. */
enum { READ = 3 * 1024, PASSAGE = 25 };
static const double LEAN = 0.5;

static const double BULK_TRUST = 0.4, WORDING_TRUST = 0.5;

typedef struct {
    const char *name, *meaning;
    const char *direction; /* of transactional, promotional, personal: '+', '-', '*' for
                              either and '.' for neither */
    double weight;
    char *(*look) (const Scene *scene);
} Signal;

/* One line of shape "what is seen, when": most signals are a bound on something counted. */
#define SEEN(function, condition)                                                              \
    static char *function (const Scene *scene)                                                 \
    {                                                                                          \
        return (condition) ? g_strdup ("") : NULL;                                             \
    }

/* A number of different terms of one group, and the first of them. */
#define TERMS(function, part, group, least)                                                    \
    static char *function (const Scene *scene)                                                 \
    {                                                                                          \
        return see_terms (&scene->part, group, least);                                         \
    }

static char *
see_terms (const WordCount *words, WordGroup group, unsigned least)
{
    unsigned count = words->count[group];

    if (count < least)
        return NULL;
    return count == 1 ? g_strdup_printf ("\"%s\"", words->first[group])
                      : g_strdup_printf ("%u terms, first \"%s\"", count, words->first[group]);
}

static char *
see_field (const char *name)
{
    return name ? g_strdup (name) : NULL;
}

static char *
see_bulk (const Scene *scene)
{
    return see_field (scene->sender.bulk);
}

static char *
see_automatic_field (const Scene *scene)
{
    return see_field (scene->sender.automatic);
}

static char *
see_client (const Scene *scene)
{
    return see_field (scene->sender.client);
}

SEEN (see_thread, scene->sender.thread)
SEEN (see_reply, scene->sender.reply)
SEEN (see_discussion, scene->sender.discussion)
SEEN (see_role, scene->sender.role && !scene->sender.silent)
SEEN (see_machine, scene->sender.machine)
SEEN (see_silent, scene->sender.silent)
SEEN (see_person, scene->sender.person)

TERMS (see_offer_subject, subject_words, GROUP_PROMOTIONAL, 1)
TERMS (see_news_subject, subject_words, GROUP_NEWS, 1)
TERMS (see_calls_subject, subject_words, GROUP_CALLS, 1)
TERMS (see_business_subject, subject_words, GROUP_TRANSACTIONAL, 1)
TERMS (see_status_subject, subject_words, GROUP_STATUS, 1)
TERMS (see_secret_subject, subject_words, GROUP_SECRET, 1)
TERMS (see_reference_subject, subject_words, GROUP_REFERENCE, 1)

TERMS (see_offer, words, GROUP_PROMOTIONAL, 1)
TERMS (see_offers, words, GROUP_PROMOTIONAL, 3)
TERMS (see_many_offers, words, GROUP_PROMOTIONAL, 6)
TERMS (see_coupon, words, GROUP_COUPON, 1)
TERMS (see_call, words, GROUP_CALLS, 1)
TERMS (see_calls, words, GROUP_CALLS, 3)
TERMS (see_news, words, GROUP_NEWS, 1)
TERMS (see_many_news, words, GROUP_NEWS, 3)
TERMS (see_urgency, words, GROUP_URGENCY, 1)
TERMS (see_business, words, GROUP_TRANSACTIONAL, 1)
TERMS (see_much_business, words, GROUP_TRANSACTIONAL, 3)
TERMS (see_status, words, GROUP_STATUS, 1)
TERMS (see_states, words, GROUP_STATUS, 3)
TERMS (see_automatic, words, GROUP_AUTOMATIC, 1)
TERMS (see_formal, words, GROUP_FORMAL, 1)
TERMS (see_personal, words, GROUP_PERSONAL, 1)
TERMS (see_many_personal, words, GROUP_PERSONAL, 3)
TERMS (see_view, words, GROUP_VIEW, 1)
TERMS (see_unsubscribe, words, GROUP_UNSUBSCRIBE, 1)
TERMS (see_survey_subject, subject_words, GROUP_SURVEY, 1)
TERMS (see_survey, words, GROUP_SURVEY, 1)
TERMS (see_reference, words, GROUP_REFERENCE, 1)
TERMS (see_totals, words, GROUP_TOTAL, 2)
TERMS (see_secret, words, GROUP_SECRET, 1)
TERMS (see_task, words, GROUP_TASK, 1)

/* Of all text, or of its first lines. */
static unsigned
count_business (const unsigned counts[])
{
    return counts[GROUP_TRANSACTIONAL] + counts[GROUP_STATUS] + counts[GROUP_SECRET] +
           counts[GROUP_AUTOMATIC];
}

static unsigned
count_promotion (const unsigned counts[])
{
    return counts[GROUP_PROMOTIONAL] + counts[GROUP_COUPON] + counts[GROUP_CALLS] +
           counts[GROUP_NEWS] + counts[GROUP_URGENCY] + counts[GROUP_VIEW] +
           counts[GROUP_SURVEY];
}

SEEN (see_business_first,
      count_business (scene->words.opening) > count_promotion (scene->words.opening))
SEEN (see_promotion_first,
      count_promotion (scene->words.opening) > count_business (scene->words.opening))
SEEN (see_lean_business,
      count_business (scene->words.count) >= 2 &&
          count_business (scene->words.count) >= 2 * count_promotion (scene->words.count))
SEEN (see_lean_promotion,
      count_promotion (scene->words.count) >= 2 &&
          count_promotion (scene->words.count) >= 2 * count_business (scene->words.count))
SEEN (see_neither,
      count_promotion (scene->words.count) + count_business (scene->words.count) == 0)
SEEN (see_long_promotion,
      scene->tally.characters > 1500 && count_promotion (scene->words.count) > 0 &&
          count_promotion (scene->words.count) >= count_business (scene->words.count))

/* A number of an order, a total or a code says that there is business besides. */
static bool
has_numbers (const Scene *scene)
{
    return scene->words.numbered[GROUP_REFERENCE] + scene->words.numbered[GROUP_TOTAL] +
               scene->words.numbered[GROUP_SECRET] +
               scene->subject_words.numbered[GROUP_REFERENCE] >
           0;
}

SEEN (see_survey_alone,
      scene->words.opening[GROUP_SURVEY] + scene->subject_words.count[GROUP_SURVEY] > 0 &&
          !has_numbers (scene))
/* A receipt that says what one gets next time is a receipt. */
static bool
is_receipt (const Scene *scene)
{
    const unsigned *subject = scene->subject_words.count;

    return subject[GROUP_TRANSACTIONAL] + subject[GROUP_STATUS] > 0 && has_numbers (scene);
}

SEEN (see_reward,
      scene->words.count[GROUP_REWARD] > 0 &&
          scene->words.count[GROUP_COUPON] + scene->words.count[GROUP_PROMOTIONAL] > 0 &&
          !is_receipt (scene))

SEEN (see_serving, scene->serving - scene->promoting >= 1)
SEEN (see_much_serving, scene->serving - scene->promoting >= 4)
SEEN (see_only_serving, scene->serving >= 1 && scene->promoting < 1)
SEEN (see_promoting, scene->promoting - scene->serving >= 1)
SEEN (see_much_promoting, scene->promoting - scene->serving >= 4)
SEEN (see_only_promoting, scene->promoting >= 1 && scene->serving < 1)

SEEN (see_numbered_reference,
      scene->words.numbered[GROUP_REFERENCE] + scene->subject_words.numbered[GROUP_REFERENCE] >=
          1)
SEEN (see_numbered_total, scene->words.numbered[GROUP_TOTAL] >= 1)
SEEN (see_numbered_secret, scene->words.numbered[GROUP_SECRET] >= 1)
SEEN (see_reduction, scene->words.reductions + scene->subject_words.reductions >= 1)
SEEN (see_price, scene->tally.prices >= 1)
SEEN (see_prices, scene->tally.prices >= 5)
SEEN (see_long_number, scene->tally.long_numbers >= 1)
SEEN (see_percentages, scene->tally.percentages >= 2)
SEEN (see_labels, scene->tally.labels >= 3)
SEEN (see_lone_code, scene->tally.lone_codes >= 1)
SEEN (see_exclamations, scene->tally.exclamations >= 3)
SEEN (see_pictures, scene->tally.pictures >= 1)
SEEN (see_loud_subject, strpbrk (scene->subject, "!%") != NULL)
SEEN (see_picture_subject, tally_pictures (scene->subject) > 0)
SEEN (see_quoted_text, scene->quoted.lines >= 1)
SEEN (see_quoted_head, scene->quoted.head || scene->tally.quotes >= 1)
SEEN (see_signature, scene->quoted.signature)
SEEN (see_short_text, scene->tally.characters < 500)
SEEN (see_long_text, scene->tally.characters > 2500)
SEEN (see_very_long_text, scene->tally.characters > 8000)
SEEN (see_images, scene->tally.images >= 4)
SEEN (see_many_images, scene->tally.images >= 10)
SEEN (see_linked_images, scene->tally.linked_images >= 3)
SEEN (see_headings, scene->tally.headings >= 3)
SEEN (see_strikes, scene->tally.strikes >= 1)
SEEN (see_tables, scene->tally.tables >= 3)
SEEN (see_no_links, scene->tally.links == 0)
SEEN (see_links, scene->tally.links >= 6)
SEEN (see_many_links, scene->tally.links >= 15)
SEEN (see_mostly_links,
      scene->tally.links >= 10 && scene->tally.characters < 25 * (size_t)scene->tally.links)
SEEN (see_hosts, scene->tally.hosts >= 4)
SEEN (see_campaign_link, scene->tally.campaign_links >= 1)
SEEN (see_unsubscribe_link, scene->tally.unsubscribe_links >= 1)
SEEN (see_account_link, 3 * scene->tally.account_links >= MAX (scene->tally.links, 1))
SEEN (see_social_links, scene->tally.social_links >= 2)
SEEN (see_token_link, scene->tally.links <= 5 && scene->tally.token_links >= 1)

/* A page of paragraphs as mail programs write it, or plain text. */
SEEN (see_simple, scene->tally.images == 0 && scene->tally.tables == 0 &&
                      scene->tally.headings == 0 && scene->tally.links <= 3)
SEEN (see_image_page,
      scene->tally.images >= 3 && scene->tally.characters < 150 * (size_t)scene->tally.images)

static const Signal table[] = {
    { "header-bulk", "a header field of mail to many", "-+-", 2.5, see_bulk },
    { "header-automatic", "a header field of automatic notices", "+--", -0.7,
      see_automatic_field },
    { "header-thread", "header fields of an answer", "--+", 0, see_thread },
    { "header-mail-client", "written with a program for people's mail", "--+", 0, see_client },
    { "header-discussion", "sent to a list whose readers answer", "--+", 0, see_discussion },
    { "subject-reply", "a subject as answers have", "--+", 0, see_reply },
    { "from-role", "sent from an office address", "..-", 0, see_role },
    { "from-no-reply", "sent from an address that nobody reads", "+*-", -0.3, see_silent },
    { "from-machine", "sent from an account of a machine", "+--", -2.5, see_machine },
    { "from-person", "sent by somebody under a name of their own", "--+", 0, see_person },
    { "subject-offer", "offer in the subject", "-+-", 1.2, see_offer_subject },
    { "subject-news", "news in the subject", "-+-", 0.8, see_news_subject },
    { "subject-call", "call to act in the subject", "-+-", 0.6, see_calls_subject },
    { "subject-business", "order, payment or account in the subject", "+--", -1.4,
      see_business_subject },
    { "subject-status", "what became of something, in the subject", "+--", -1.2,
      see_status_subject },
    { "subject-secret", "code or password in the subject", "+--", -1.2, see_secret_subject },
    { "subject-reference", "a kind of number in the subject", "+--", -1.0,
      see_reference_subject },
    { "subject-loud", "Subject with ! or %", "-+-", 0.4, see_loud_subject },
    { "subject-picture", "a picture in the subject", "-+-", 0.8, see_picture_subject },
    { "offer", "a word of offers", "-+-", 0.5, see_offer },
    { "offers", "three words of offers or more", "-+-", 0.8, see_offers },
    { "offers-many", "six words of offers or more", "-+-", 0.8, see_many_offers },
    { "promotion-first", "offers or news rather than business in the first lines", "-+-", 0.6,
      see_promotion_first },
    { "coupon", "a code to redeem", "-+-", 1.0, see_coupon },
    { "reduction", "a percentage beside a word of offers", "-+-", 1.0, see_reduction },
    { "call", "a call to act", "-+-", 0.4, see_call },
    { "calls", "three calls to act or more", "-+-", 0.6, see_calls },
    { "news", "a word of newsletters", "-+-", 0.4, see_news },
    { "news-many", "three words of newsletters or more", "-+-", 0.7, see_many_news },
    { "urgency", "urges to be quick", "-+-", 0.8, see_urgency },
    { "subject-survey", "asks for an opinion in the subject", "-+-", 0.8, see_survey_subject },
    { "survey", "asks for an opinion or a rating", "-+-", 0.6, see_survey },
    { "survey-alone", "asks for an opinion first, with no number of an order, total or code",
      "-+-", 1.8, see_survey_alone },
    { "reward", "an offer for buying again, for friends or for loyalty", "-+-", 0.8,
      see_reward },
    { "view-online", "offers to be read in a browser", "-+-", 0.5, see_view },
    { "unsubscribe", "says how to unsubscribe", "-+-", 1.0, see_unsubscribe },
    { "business", "a word of orders, payments or accounts", "+--", -0.6, see_business },
    { "business-much", "three words of orders, payments or accounts or more", "+--", -0.9,
      see_much_business },
    { "business-first", "business rather than offers or news in the first lines", "+--", -0.6,
      see_business_first },
    { "status", "says what became of something", "+--", -0.6, see_status },
    { "states", "says in three ways what became of something", "+--", -0.5, see_states },
    { "automatic", "says that a program wrote it", "+--", -0.8, see_automatic },
    { "reference", "names a kind of number", "+--", -0.3, see_reference },
    { "reference-number", "a number of an order, invoice or ticket", "+--", -1.2,
      see_numbered_reference },
    { "totals", "totals, taxes or shipping costs", "+--", -0.6, see_totals },
    { "total-amount", "an amount beside a total", "+--", -0.8, see_numbered_total },
    { "secret", "speaks of a code or password", "+--", -0.8, see_secret },
    { "secret-code", "a code beside its name", "+--", -0.8, see_numbered_secret },
    { "task", "asks to activate an account or to confirm an address", "+--", -1.2, see_task },
    { "lean-business", "speaks of business twice as much as of offers and news", "+-*", -0.8,
      see_lean_business },
    { "lean-promotion", "speaks of offers and news twice as much as of business", "-+*", 0.8,
      see_lean_promotion },
    { "long-promotion", "long, and more of offers and news than of business", "-+-", 0.5,
      see_long_promotion },
    { "wording-service", "worded as service rather than promotion", "+-*", -0.6, see_serving },
    { "wording-service-much", "worded as service much rather than promotion", "+-*", -0.8,
      see_much_serving },
    { "wording-service-alone", "worded as service with no promotion", "+-*", -0.6,
      see_only_serving },
    { "wording-promotion", "worded as promotion rather than service", "-+*", 0.6,
      see_promoting },
    { "wording-promotion-much", "worded as promotion much rather than service", "-+*", 0.8,
      see_much_promoting },
    { "wording-promotion-alone", "worded as promotion with no service", "-+*", 0.6,
      see_only_promoting },
    { "formal", "addresses customers, or speaks for a firm", "..-", 0, see_formal },
    { "words-none", "no word of business, offers or news", "--+", 0, see_neither },
    { "personal", "a word as people write to each other", "--+", 0, see_personal },
    { "personal-many", "three words as people write to each other or more", "--+", 0,
      see_many_personal },
    { "amount", "an amount of money", "..-", 0, see_price },
    { "amounts", "five amounts of money or more", "..-", 0, see_prices },
    { "long-number", "a number of six digits or more", "+--", -0.4, see_long_number },
    { "percentages", "two percentages or more", "-+-", 0.4, see_percentages },
    { "labels", "three lines of a name and a value or more", "+--", -0.5, see_labels },
    { "lone-code", "a line with a code alone", "+--", -0.5, see_lone_code },
    { "exclamations", "three exclamation marks or more", "-+*", 0.4, see_exclamations },
    { "pictures", "pictures among the letters", "-+*", 0.4, see_pictures },
    { "text-quoted", "lines quoted with >", "--+", 0, see_quoted_text },
    { "text-quoted-head", "an earlier mail is quoted", "--+", 0, see_quoted_head },
    { "signature", "a signature", "--+", 0, see_signature },
    { "text-short", "less than 500 characters", "+-*", -0.2, see_short_text },
    { "text-long", "more than 2500 characters", "-+*", 0.2, see_long_text },
    { "text-very-long", "more than 8000 characters", "-+*", 0.3, see_very_long_text },
    { "images", "four images or more", ".+-", 0.3, see_images },
    { "images-many", "ten images or more", ".+-", 0.5, see_many_images },
    { "images-linked", "three images that are links or more", ".+-", 0.5, see_linked_images },
    { "images-mostly", "images with little text", "-+-", 0.5, see_image_page },
    { "headings", "three headings or more", "-+-", 0.3, see_headings },
    { "struck", "text that is struck out", "-+-", 0.4, see_strikes },
    { "tables", "three tables or more", "..-", 0, see_tables },
    { "links-none", "no link", ".-+", -0.2, see_no_links },
    { "links", "six links or more", "-+-", 0.2, see_links },
    { "links-many", "fifteen links or more", "-+-", 0.5, see_many_links },
    { "links-mostly", "links with little text", "-+-", 1.0, see_mostly_links },
    { "links-hosts", "links to four places or more", "-+-", 0.4, see_hosts },
    { "link-campaign", "a link that counts a campaign", "-+-", 0.8, see_campaign_link },
    { "link-unsubscribe", "a link to unsubscribe", "-+-", 0.8, see_unsubscribe_link },
    { "link-account", "a link to an account or order", "+--", -0.4, see_account_link },
    { "link-token", "a link with a mark of its own", "+--", -0.3, see_token_link },
    { "links-social", "links to social networks", "-+-", 0.4, see_social_links },
    { "simple", "plain text, or a page of paragraphs alone", ".-+", 0, see_simple },
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
        if (!*where) {
            g_free (where);
            where = g_strdup (table[i].meaning);
        }
        entry->where = where;
        entry->meaning = table[i].meaning;
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

const char *
signals_meaning (unsigned i)
{
    return table[i].meaning;
}

bool
signals_allow (unsigned i, MessageClass class, double weight)
{
    static const int columns[] = { 0, 1, -1, 2 };
    char direction = columns[class] < 0 ? '.' : table[i].direction[columns[class]];

    return direction == '*' || (direction == '+' && weight >= 0) ||
           (direction == '-' && weight <= 0);
}

bool
signals_are_personal (unsigned i)
{
    return strcmp (table[i].direction, "--+") == 0;
}

double
signals_weight (unsigned i)
{
    return table[i].weight;
}

double
signals_trust (unsigned i)
{
    if (table[i].look == see_bulk)
        return BULK_TRUST;
    return g_str_has_prefix (table[i].name, "wording-") ? WORDING_TRUST : 1;
}

static GHashTable *
number_rows (void)
{
    GHashTable *rows = g_hash_table_new (g_str_hash, g_str_equal);

    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        g_hash_table_insert (rows, (gpointer)table[i].name, GUINT_TO_POINTER (i + 1));
    return rows;
}

int
signals_find (const char *name)
{
    static GHashTable *rows;

    if (g_once_init_enter (&rows))
        g_once_init_leave (&rows, number_rows ());
    return GPOINTER_TO_INT (g_hash_table_lookup (rows, name)) - 1;
}

/* "20% off": a term that begins with a sign is a word of its own there too. */
static WordCount
count_subject (const Words *words, const char *subject)
{
    if (!strchr (subject, '%'))
        return words_count (words, subject);
    g_auto (GStrv) parts = g_strsplit (subject, "%", -1);
    g_autofree char *apart = g_strjoinv (" %", parts);
    return words_count (words, apart);
}

/* The first lines, in which a mail says what it wants; rows of a bill and what leans to neither side are
 * left out. Of what people write to each other the passages tell nothing. */
static void
weigh_lines (Scene *scene, const char *text, const Words *words)
{
    if (scene->sender.discussion || scene->sender.thread || scene->sender.client)
        return;
    g_autofree char *first = g_strndup (text, READ);
    g_autofree char *valid = g_utf8_make_valid (first, -1);
    g_auto (GStrv) lines = g_strsplit (valid, "\n", -1);
    g_autofree double *odds = wording_weigh (words_wording (words), (const char *const *)lines,
                                             g_strv_length (lines));

    for (unsigned i = 0; odds && lines[i]; i++) {
        if (strlen (lines[i]) < PASSAGE && strpbrk (lines[i], "0123456789"))
            continue;
        scene->promoting += MAX (odds[i] - LEAN, 0);
        scene->serving += MAX (-odds[i] - LEAN, 0);
    }
}

/* An answer is judged by what its author wrote, not by what the earlier mail says; and a bill not
 * by the rebates that it was reduced by. */
Scene
scene_take (const Message *message, const char *text, const Words *words, char **names)
{
    Scene scene = { .message = message, .subject = message_subject (message), .text = text };

    scene.sender = sender_look (message, names);
    scene.quoted = quoted_take (text);
    scene.answer = (scene.sender.thread || scene.sender.reply) &&
                   strspn (scene.quoted.own, " \t\r\n") < strlen (scene.quoted.own);
    scene.subject_words = count_subject (words, scene.subject);
    const char *own = scene.answer ? scene.quoted.own : text;
    g_autofree char *bill = settled_bill (own, words);
    scene.words = words_count (words, bill ? bill : own);
    weigh_lines (&scene, bill ? bill : own, words);
    scene.tally = tally_take (message, message_main_leaf (message), text);
    return scene;
}

void
scene_clear (Scene *scene)
{
    quoted_clear (&scene->quoted);
}
