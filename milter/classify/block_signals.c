/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The table of evidence. Points were set by hand so that a cut needs at least two things of which
 * one is plain; what speaks of the transaction has no points, since one such row is a veto.
 */

#include "block_signals.h"

#include <stdarg.h>
#include <string.h>

#include "licet/utf8.h"

#include "block_links.h"
#include "fold.h"
#include "numbers.h"
#include "same.h"

/* A label ("Total", "Quantity") stands in a cell of its own; a price has no words but its
 * currency and perhaps one more. */
enum { LABEL_LETTERS = 32, PRICE_LETTERS = 6 };

/* No paragraph has more links; where one does, none is judged and it is not cut. */
enum { MOST_LINKS = 64 };

/* An offer is told in a sentence; a line of a bill is shorter. */
enum { SENTENCE_LETTERS = 40 };

/* Shorter numbers are sizes, years and prices. */
enum { LONG_NUMBER = 9, SHORT_NUMBER = 4 };

typedef struct {
    const Message *message;
    const Leaf *leaf;
    const Piece *piece;
    const char *text; /* folded, with what stands for its pictures */
    bool found[CUE_KINDS], numbered[CUE_KINDS];
    unsigned goals[GOAL_SOCIAL + 1]; /* its links */
    size_t letters;
    bool amount, percent;
    unsigned digits; /* of its longest number, without points */
    bool phrase;     /* speaks of promotion in more than one word */
    bool common;     /* a link of it stands elsewhere too, or leads to the front page */
} Sample;

typedef struct {
    const char *name;
    RowKind kind;
    unsigned points;
    bool (*look) (const Sample *sample);
} Row;

#define SEE_CUE(function, cue)                                                                 \
    static bool function (const Sample *sample)                                                \
    {                                                                                          \
        return sample->found[cue];                                                             \
    }

SEE_CUE (see_recommendation, CUE_RECOMMENDATION)
SEE_CUE (see_coupon, CUE_COUPON)
SEE_CUE (see_offer, CUE_OFFER)
SEE_CUE (see_next, CUE_NEXT)
SEE_CUE (see_referral, CUE_REFERRAL)
SEE_CUE (see_app, CUE_APP)
SEE_CUE (see_social, CUE_SOCIAL)
SEE_CUE (see_survey, CUE_SURVEY)
SEE_CUE (see_newsletter, CUE_NEWSLETTER)
SEE_CUE (see_loyalty, CUE_LOYALTY)
SEE_CUE (see_winback, CUE_WINBACK)
SEE_CUE (see_urgency, CUE_URGENCY)
SEE_CUE (see_action, CUE_ACTION)
SEE_CUE (see_more, CUE_MORE)
SEE_CUE (see_terms, CUE_TERMS)
SEE_CUE (see_occasion, CUE_OCCASION)
SEE_CUE (see_lure, CUE_LURE)
SEE_CUE (see_delivery, CUE_DELIVERY)
SEE_CUE (see_booking, CUE_BOOKING)
SEE_CUE (see_access, CUE_ACCESS)
SEE_CUE (see_duty, CUE_DUTY)

static bool
see_phrase (const Sample *sample)
{
    return sample->phrase;
}

static bool
offers_something (const Sample *sample)
{
    return sample->found[CUE_COUPON] || sample->found[CUE_OFFER] || sample->found[CUE_NEXT] ||
           sample->found[CUE_WINBACK] || sample->found[CUE_REFERRAL] ||
           sample->found[CUE_URGENCY];
}

/* A way to reach somebody, or an apology; not the voucher that is given with one for the next
 * purchase. */
static bool
see_help (const Sample *sample)
{
    bool gift = sample->found[CUE_NEXT] &&
                (sample->found[CUE_COUPON] || sample->found[CUE_OFFER] || sample->percent);

    return sample->found[CUE_HELP] && !gift;
}

static bool
see_percent (const Sample *sample)
{
    return sample->percent && offers_something (sample);
}

/* "SPRING-25664": capitals, mostly with digits, that the text around calls a coupon. */
static bool
see_code (const Sample *sample)
{
    unsigned capitals = 0, digits = 0;

    if (!sample->found[CUE_COUPON])
        return false;
    for (const char *at = sample->piece->text;; at++) {
        bool dash = *at == '-' || *at == '_';
        if (g_ascii_isupper (*at)) {
            capitals++;
        } else if (g_ascii_isdigit (*at)) {
            digits++;
        } else if (!dash) {
            bool inside = g_ascii_islower (*at) || (unsigned char)*at >= 0x80;
            if (!inside && capitals >= 2 && capitals + digits >= 4)
                return true;
            capitals = digits = 0;
        }
        if (!*at)
            return false;
    }
}

static bool
see_link (const Sample *sample)
{
    return sample->goals[GOAL_TEASER] > 0;
}

static bool
see_app_link (const Sample *sample)
{
    return sample->goals[GOAL_APP] > 0;
}

static bool
see_social_link (const Sample *sample)
{
    return sample->goals[GOAL_SOCIAL] > 0 && sample->found[CUE_SOCIAL];
}

/* A sentence about a voucher that names the order it was earned by. */
static bool
names_order (const Sample *sample)
{
    return sample->numbered[CUE_ORDER] && sample->found[CUE_COUPON] && !sample->amount &&
           sample->letters >= SENTENCE_LETTERS;
}

static bool
see_order (const Sample *sample)
{
    return sample->numbered[CUE_ORDER] && !names_order (sample);
}

static bool
see_mention (const Sample *sample)
{
    return names_order (sample);
}

static bool
see_total (const Sample *sample)
{
    return sample->found[CUE_AMOUNT] && (sample->amount || sample->letters <= LABEL_LETTERS);
}

static size_t
token_length (const char *text)
{
    size_t length = 0;

    while (text[length] && text[length] != ' ' && text[length] != '\n')
        length++;
    return length;
}

static size_t
blanks_length (const char *text)
{
    size_t length = 0;

    while (text[length] == ' ' || text[length] == '\n')
        length++;
    return length;
}

static size_t
digits_length (const char *text)
{
    size_t length = 0;

    while (g_ascii_isdigit (text[length]))
        length++;
    return length;
}

#define TIMES "\xc3\x97"

/* The length of a sign for "times" at the start of a token, or 0. */
static size_t
times_length (const char *at)
{
    return *at == 'x' ? 1 : g_str_has_prefix (at, TIMES) ? strlen (TIMES) : 0;
}

/* "2 x", "×1": how many were bought. */
static bool
see_quantity (const Sample *sample)
{
    bool number = false; /* the token before is a small number */

    if (sample->digits == 0 || !(strchr (sample->text, 'x') || strstr (sample->text, TIMES)))
        return false;
    for (const char *at = sample->text; *at; at += blanks_length (at)) {
        size_t length = token_length (at), digits = digits_length (at);
        size_t times = times_length (at + digits);
        const char *behind = at + digits + times;
        bool one = digits > 0 && digits <= 3;
        if (times > 0 && digits + times == length && (one || number))
            return true;
        if (times > 0 && digits == 0 && g_ascii_isdigit (behind[*behind == ' ']) &&
            times + strspn (behind, " 0123456789") >= length && length <= 5)
            return true;
        number = one && digits == length;
        at += length;
    }
    return false;
}

static bool
see_long_number (const Sample *sample)
{
    return sample->digits >= LONG_NUMBER && !names_order (sample);
}

/* A code, a locker, a customer: no teaser of an app or a survey names one. */
static bool
see_digits (const Sample *sample)
{
    return sample->digits >= SHORT_NUMBER;
}

/* A booking, or the hour of an appointment. */
static bool
see_locator (const Sample *sample)
{
    return sample->digits > 0 && numbers_locate (sample->piece->text);
}

static bool
see_hash_number (const Sample *sample)
{
    const char *at = sample->digits > 0 ? sample->text : "";

    while ((at = strchr (at, '#'))) {
        at++;
        at += strspn (at, " ");
        if (strspn (at, "0123456789") >= 3)
            return true;
    }
    return false;
}

static bool
see_account_link (const Sample *sample)
{
    return sample->goals[GOAL_ACCOUNT] > 0;
}

static bool
see_legal (const Sample *sample)
{
    return sample->found[CUE_LEGAL] || sample->goals[GOAL_LEGAL] > 0 ||
           strstr (sample->text, "\xc2\xa9");
}

/* The reader's own address, or one to write to. */
static bool
see_address (const Sample *sample)
{
    return sample->goals[GOAL_CONTACT] > 0 || strchr (sample->text, '@');
}

static bool
see_amount (const Sample *sample)
{
    return sample->amount;
}

static bool
see_price (const Sample *sample)
{
    unsigned words = 0;

    if (!sample->amount)
        return false;
    for (const char *at = sample->piece->text; *at && words <= PRICE_LETTERS;
         at = g_utf8_next_char (at))
        words += g_unichar_isalpha (g_utf8_get_char (at));
    return words <= PRICE_LETTERS;
}

/* An amount that a sentence names. */
static bool
see_sum (const Sample *sample)
{
    return sample->amount && !see_price (sample);
}

static bool
see_rate (const Sample *sample)
{
    return sample->percent;
}

static bool
leads_to_shop (const Sample *sample)
{
    return sample->goals[GOAL_SHOP] > 0 || sample->goals[GOAL_TEASER] > 0;
}

static bool
see_card (const Sample *sample)
{
    bool ware = sample->piece->images > 0 || (sample->amount && !sample->found[CUE_AMOUNT]);

    return ware && leads_to_shop (sample);
}

static bool
see_button (const Sample *sample)
{
    bool line = sample->leaf->kind == LEAF_PLAIN || (sample->piece->look & PIECE_BUTTON);

    return line && (leads_to_shop (sample) || sample->goals[GOAL_APP] > 0);
}

static bool
see_linked (const Sample *sample)
{
    return (sample->piece->look & PIECE_LINKED) && leads_to_shop (sample) && !sample->common;
}

static bool
see_heading (const Sample *sample)
{
    return (sample->piece->look & PIECE_HEADING) != 0;
}

static bool
see_picture (const Sample *sample)
{
    return sample->piece->images > 0 && sample->letters == 0;
}

static const Row table[] = {
    { "block-recommendation", ROW_PROMOTIONAL, 4, see_recommendation },
    { "block-referral", ROW_PROMOTIONAL, 4, see_referral },
    { "block-survey", ROW_PROMOTIONAL, 3, see_survey },
    { "block-newsletter", ROW_PROMOTIONAL, 3, see_newsletter },
    { "block-loyalty", ROW_PROMOTIONAL, 3, see_loyalty },
    { "block-app", ROW_PROMOTIONAL, 3, see_app },
    { "block-coupon", ROW_PROMOTIONAL, 2, see_coupon },
    { "block-offer", ROW_PROMOTIONAL, 2, see_offer },
    { "block-percent", ROW_PROMOTIONAL, 2, see_percent },
    { "block-code", ROW_PROMOTIONAL, 1, see_code },
    { "block-next", ROW_PROMOTIONAL, 2, see_next },
    { "block-winback", ROW_PROMOTIONAL, 2, see_winback },
    { "block-social", ROW_PROMOTIONAL, 2, see_social },
    { "block-link", ROW_PROMOTIONAL, 2, see_link },
    { "block-app-link", ROW_PROMOTIONAL, 2, see_app_link },
    { "block-social-link", ROW_PROMOTIONAL, 1, see_social_link },
    { "block-urgency", ROW_PROMOTIONAL, 1, see_urgency },
    { "block-action", ROW_PROMOTIONAL, 1, see_action },
    { "block-wording", ROW_PROMOTIONAL, 5, NULL }, /* by the words of the whole passage */
    { "block-tone", ROW_PROMOTIONAL, 3, NULL },    /* the same, less clearly */
    { "block-more", ROW_SOFT, 2, see_more },
    { "block-terms", ROW_SOFT, 2, see_terms },
    { "block-occasion", ROW_SOFT, 1, see_occasion },
    { "block-lure", ROW_SOFT, 1, see_lure },
    { "block-rate", ROW_SOFT, 1, see_rate },
    { "block-sum", ROW_SOFT, 1, see_sum },
    { "block-order", ROW_PROTECTED, 0, see_order },
    { "block-total", ROW_PROTECTED, 0, see_total },
    { "block-quantity", ROW_PROTECTED, 0, see_quantity },
    { "block-delivery", ROW_PROTECTED, 0, see_delivery },
    { "block-booking", ROW_PROTECTED, 0, see_booking },
    { "block-access", ROW_PROTECTED, 0, see_access },
    { "block-number", ROW_PROTECTED, 0, see_long_number },
    { "block-hash-number", ROW_PROTECTED, 0, see_hash_number },
    { "block-account-link", ROW_PROTECTED, 0, see_account_link },
    { "block-legal", ROW_PROTECTED, 0, see_legal },
    { "block-address", ROW_PROTECTED, 0, see_address },
    { "block-help", ROW_PROTECTED, 0, see_help },
    { "block-duty", ROW_PROTECTED, 0, see_duty },
    { "block-protected", ROW_PROTECTED, 0, NULL }, /* by a selector of the policy */
    { "block-service", ROW_TRAIT, 0, NULL },       /* by the words of the whole passage */
    { "block-phrase", ROW_TRAIT, 0, see_phrase },
    { "block-mention", ROW_TRAIT, 0, see_mention },
    { "block-digits", ROW_TRAIT, 0, see_digits },
    { "block-locator", ROW_TRAIT, 0, see_locator },
    { "block-amount", ROW_TRAIT, 0, see_amount },
    { "block-price", ROW_TRAIT, 0, see_price },
    { "block-card", ROW_TRAIT, 0, see_card },
    { "block-button", ROW_TRAIT, 0, see_button },
    { "block-linked", ROW_TRAIT, 0, see_linked },
    { "block-heading", ROW_TRAIT, 0, see_heading },
    { "block-picture", ROW_TRAIT, 0, see_picture },
};

static void
count_goals (Sample *sample, GHashTable *targets)
{
    unsigned first = sample->piece->first_link, end = sample->piece->end_link;

    if (end - first > MOST_LINKS) {
        sample->goals[GOAL_ACCOUNT]++;
        return;
    }
    for (unsigned i = first; i < end; i++) {
        const Link *link = g_ptr_array_index (sample->leaf->links, i);
        sample->goals[block_links_goal (link->target)]++;
        sample->common = sample->common || block_links_is_front (link->target) ||
                         GPOINTER_TO_UINT (g_hash_table_lookup (targets, link->target)) > 2;
    }
}

static BlockSigns
look_at (const Message *message, unsigned leaf, const Piece *piece, const char *folded,
         const CueHits *hits, guint32 spoken, GHashTable *targets)
{
    Sample sample = { .message = message,
                      .leaf = message_leaf (message, leaf),
                      .piece = piece,
                      .text = folded,
                      .letters = utf8_count_letters (piece->text, strlen (piece->text)) };
    BlockSigns signs = 0;

    for (Cue cue = 0; (hits->languages & spoken) && cue < CUE_KINDS; cue++) {
        sample.found[cue] = (hits->found[cue] & spoken) != 0;
        sample.numbered[cue] = (hits->numbered[cue] & spoken) != 0;
    }
    sample.phrase = (hits->phrases & spoken) != 0;
    Numbers numbers = numbers_find (folded);
    sample.amount = numbers.amount;
    sample.percent = numbers.percent;
    sample.digits = numbers.digits;
    count_goals (&sample, targets);
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (table[i].look && table[i].look (&sample))
            signs |= (BlockSigns)1 << i;
    return signs;
}

/* How many times each address is linked to. */
static GHashTable *
count_targets (const Leaf *leaf)
{
    GHashTable *targets = g_hash_table_new (g_str_hash, g_str_equal);

    for (unsigned i = 0; i < leaf->links->len; i++) {
        const Link *link = g_ptr_array_index (leaf->links, i);
        unsigned count = GPOINTER_TO_UINT (g_hash_table_lookup (targets, link->target));
        g_hash_table_insert (targets, link->target, GUINT_TO_POINTER (count + 1));
    }
    return targets;
}

/* By piece: the first one that says the same; what has names of pictures counts as different. */
static unsigned *
list_same (const GArray *pieces)
{
    g_autofree const char **texts = g_new (const char *, pieces->len + 1);

    for (unsigned i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index (pieces, Piece, i);
        texts[i] = piece->alt ? NULL : piece->text;
    }
    return same_first (texts, pieces->len);
}

BlockSigns *
block_signals_look (const Message *message, unsigned leaf, const GArray *pieces,
                    const Cues *cues)
{
    g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
    g_autofree CueHits *hits = g_new (CueHits, pieces->len + 1);
    g_autofree unsigned *first = list_same (pieces);
    BlockSigns *signs = g_new0 (BlockSigns, pieces->len + 1);

    for (unsigned i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index (pieces, Piece, i);
        if (first[i] < i) {
            g_ptr_array_add (texts, NULL);
            hits[i] = hits[first[i]];
            continue;
        }
        g_autofree char *all =
            piece->alt ? g_strconcat (piece->text, " \n ", piece->alt, NULL) : NULL;
        char *folded = fold_open (all ? all : piece->text);
        g_ptr_array_add (texts, folded);
        cues_find (cues, folded, &hits[i]);
    }
    guint32 spoken = cues_languages (hits, pieces->len);
    g_autoptr (GHashTable) targets = count_targets (message_leaf (message, leaf));
    for (unsigned i = 0; i < pieces->len; i++)
        signs[i] = look_at (message, leaf, &g_array_index (pieces, Piece, i),
                            g_ptr_array_index (texts, first[i]), &hits[i], spoken, targets);
    return signs;
}

unsigned
block_signals_count (void)
{
    return G_N_ELEMENTS (table);
}

const char *
block_signals_name (unsigned row)
{
    return table[row].name;
}

RowKind
block_signals_kind (unsigned row)
{
    return table[row].kind;
}

unsigned
block_signals_points (unsigned row)
{
    return table[row].points;
}

BlockSigns
block_signals_set (const char *name, ...)
{
    BlockSigns set = 0;
    va_list names;

    va_start (names, name);
    for (; name; name = va_arg (names, const char *))
        for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
            if (strcmp (table[i].name, name) == 0)
                set |= (BlockSigns)1 << i;
    va_end (names);
    return set;
}

BlockSigns
block_signals_of (RowKind kind)
{
    BlockSigns set = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (table[i].kind == kind)
            set |= (BlockSigns)1 << i;
    return set;
}
