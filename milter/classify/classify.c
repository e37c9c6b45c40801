/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * From signals to a class. What the sender marked or declared comes first; without either the
 * sum of the signals decides, and what shows no trace of a mass or automatic mail is personal.
 */

#include "licet/classify.h"

#include <math.h>
#include <string.h>

#include "licet/edit.h"
#include "licet/nearest.h"

#include "companions.h"
#include "declared.h"
#include "detected.h"
#include "disguise.h"
#include "mix.h"
#include "model.h"
#include "overmarked.h"
#include "selected.h"
#include "signals.h"

enum { SCENE_TEXT = 64 * 1024 };

/* How sure the model must be before it overrules what the sender declared. */
static const double CONTRADICTION = 0.7;

/* How sure it must be of a transaction that is not searched for disguise; and of what remains without
 * its offer: of short notices it never is very. */
static const double BEYOND_DOUBT = 0.6, LIKELY = 0.25;

/* Log-odds of lines that are worded as a transaction, which tell of one without a word or number of it. */
static const double SERVED = 5;

/* A mail with less text than this besides its marked blocks has no transaction in it. */
enum { LEAST_REMAINDER = 20 };

static void
add_blocks (Classification *classification, const Message *message, const Hints *hints)
{
    const GArray *marked = message_marked_blocks (message);

    for (unsigned i = 0; i < marked->len; i++) {
        const MarkedBlock *mark = &g_array_index (marked, MarkedBlock, i);
        Block *block = g_new0 (Block, 1);
        block->leaf = mark->leaf;
        block->start = mark->start;
        block->end = mark->end;
        block->inner_start = mark->inner_start;
        block->inner_end = mark->inner_end;
        block->class = CLASS_PROMOTIONAL;
        block->how = "marked";
        block->mark = mark->how;
        g_ptr_array_add (classification->blocks, block);
    }
    classification->problem = g_strdup (message_mark_problem (message));
    if (hints)
        selected_find (classification, message, hints);
    companions_find (classification, message);
}

static void
find_tracking (Classification *classification, const Message *message, const Hints *hints)
{
    if (!hints || !hints->tracking)
        return;
    g_ptr_array_unref (classification->tracking);
    classification->tracking = tracking_find (message, hints->tracking);
}

/* Bounded, at a character boundary. */
static char *
first_bytes (const char *text, size_t most)
{
    size_t length = strlen (text);

    while (length > most)
        length = (size_t)(g_utf8_find_prev_char (text, text + MIN (length, most + 1)) - text);
    return g_strndup (text, length);
}

/* The word itself is left out: what a template puts there by mistake must not reach the log. */
static void
note_unknown_purpose (Classification *classification, const char *word)
{
    MessageClass class;
    const char *meant = declared_meant (word);

    classification_note (
        classification, "declared-unknown", 0,
        message_class_parse (word, &class)
            ? g_strdup ("X-Licet-Purpose names a class, which X-Licet-Class takes")
        : meant ? g_strdup_printf ("X-Licet-Purpose names no purpose; did you mean %s?", meant)
                : g_strdup (
                      "X-Licet-Purpose names no purpose; those that there are: see licet(1)"));
}

/* X-Licet-Purpose may name one transactional and one promotional purpose, with a comma between. */
static void
read_declared_purposes (Classification *classification, const Message *message)
{
    g_auto (GStrv) words = declared_words (message);
    g_autoptr (GString) declared = g_string_new (NULL);

    for (char **word = words; *word; word++) {
        Purpose purpose = PURPOSE_NONE;
        if (!purpose_parse (*word, &purpose)) {
            if (**word)
                note_unknown_purpose (classification, *word);
            continue;
        }
        g_string_append_printf (declared, "%s%s", declared->len ? ", " : "",
                                purpose_word (purpose));
        if (purpose_is_promotional (purpose))
            classification->promo_purpose = purpose;
        else
            classification->purpose = purpose;
    }
    if (declared->len)
        classification->declared = g_strdup (declared->str);
}

static bool
read_declared_class (Classification *classification, const Message *message)
{
    const char *value = message_header (message, "X-Licet-Class");
    g_autofree char *word = value ? g_strndup (value, strcspn (value, "; ")) : NULL;

    if (!word)
        return false;
    if (!message_class_parse (word, &classification->class)) {
        classification_note (classification, "declared-unknown", 0,
                             g_strdup ("X-Licet-Class names no class; right would be "
                                       "transactional, promotional, mixed or personal"));
        return false;
    }
    if (!classification->declared)
        classification->declared = g_strdup (message_class_word (classification->class));
    return true;
}

/* A misspelt field would be nothing, in silence. */
static void
note_unknown_fields (Classification *classification, const Message *message)
{
    static const char *const known[] = { "X-Licet-Purpose",
                                         "X-Licet-Class",
                                         "X-Licet-Territory",
                                         "X-Licet-Campaign",
                                         "X-Licet-Route",
                                         "X-Licet-Unsigned",
                                         NULL };

    for (unsigned i = 0; i < message_field_count (message); i++) {
        const char *name = message_field (message, i)->name;
        bool ours = g_ascii_strncasecmp (name, "X-Licet-", strlen ("X-Licet-")) == 0;
        for (unsigned j = 0; ours && known[j]; j++)
            ours = g_ascii_strcasecmp (name, known[j]) != 0;
        if (!ours)
            continue;
        const char *nearest = nearest_word (known, name);
        classification_note (classification, "field-unknown", 0,
                             g_strdup_printf ("%s says nothing to licet%s%s%s",
                                              edit_field_words (name),
                                              nearest ? "; did you mean " : "",
                                              nearest ? nearest : "", nearest ? "?" : ""));
    }
}

static Purpose
guess_purpose (const Scene *scene)
{
    Purpose best = PURPOSE_ACCOUNT;
    unsigned most = 0;

    for (Purpose purpose = PURPOSE_RECEIPT; purpose <= PURPOSE_LEGAL; purpose++) {
        unsigned hits =
            scene->words.by_purpose[purpose] + 3 * scene->subject_words.by_purpose[purpose];
        if (hits > most) {
            most = hits;
            best = purpose;
        }
    }
    return best;
}

static double
sum_weights (const GPtrArray *evidence)
{
    double sum = 0;

    for (unsigned i = 0; i < evidence->len; i++)
        sum += ((const Evidence *)g_ptr_array_index (evidence, i))->weight;
    return sum;
}

/* An office that answers, or writes with a program for people's mail, corresponds. */
static bool
is_house (const Sender *sender)
{
    return sender->house && !sender_corresponds (sender);
}

/* Correspondence: no trace of a program that sends to many, and no talk of either kind. */
static bool
looks_personal (const Scene *scene, double sum)
{
    const Sender *sender = &scene->sender;

    if (sender->bulk || sender->automatic || is_house (sender) ||
        scene->words.count[GROUP_UNSUBSCRIBE] > 0)
        return false;
    if (sender->thread)
        return true;
    return sum > -1.6 && sum < 1.6 && scene->tally.links <= 3 &&
           scene->subject_words.count[GROUP_TRANSACTIONAL] == 0;
}

static const char *
describe_marks (const Classification *classification)
{
    bool selected = false, marked = classification->blocks->len == 0;

    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        selected = selected || strcmp (block->how, "selected") == 0;
        marked = marked || strcmp (block->how, "marked") == 0;
    }
    return !selected ? "promotional blocks marked by the sender"
           : marked  ? "promotional blocks marked by the sender and selected by the policy"
                     : "promotional blocks selected by the policy";
}

static void
decide_from_marks (Classification *classification, size_t remainder)
{
    classification->class = remainder >= LEAST_REMAINDER ? CLASS_MIXED : CLASS_PROMOTIONAL;
    classification->confidence = 0.95;
    classification_note (classification, "marks", 0,
                         g_strdup (describe_marks (classification)));
}

static bool
decide_from_declaration (Classification *classification, const Message *message,
                         const Scene *scene)
{
    bool transactional = classification->purpose != PURPOSE_NONE;
    bool promotional = classification->promo_purpose != PURPOSE_NONE;

    bool declared = read_declared_class (classification, message);
    /* "Personal" would switch all rules off: it is believed of what looks like it. */
    if (declared && classification->class == CLASS_PERSONAL &&
        !looks_personal (scene, sum_weights (classification->evidence))) {
        classification_note (classification, "declared-personal-not-believed", 0,
                             g_strdup ("X-Licet-Class"));
        declared = false;
    }
    if (declared) {
        classification_note (classification, "declared-class", 0, g_strdup ("X-Licet-Class"));
    } else if (transactional || promotional) {
        classification->class = transactional && promotional ? CLASS_MIXED
                                : promotional                ? CLASS_PROMOTIONAL
                                                             : CLASS_TRANSACTIONAL;
        classification_note (classification, "declared-purpose", 0,
                             g_strdup ("X-Licet-Purpose"));
    } else {
        return false;
    }
    classification->confidence = 0.8;
    return true;
}

/* What somebody answers for is neither doubted nor searched for promotion by its layout; what they
 * did not see, since it is kept from the eye, is still told. */
static void
decide_from_known (Classification *classification, const KnownMail *known)
{
    classification->class = known->class;
    classification->confidence = 1;
    classification_note (classification, "known-mail", 0, g_strdup (known->words));
}

/* A declaration is a claim: that promotion is called transactional does not make it so. */
static void
test_declaration (Classification *classification, const Scene *scene, const Model *model)
{
    double confidence = 0;
    bool cannot_tell = false;

    if (!model || classification->class != CLASS_TRANSACTIONAL ||
        model_decide (model, classification->evidence, is_house (&scene->sender), &confidence,
                      &cannot_tell) != CLASS_PROMOTIONAL ||
        cannot_tell || confidence < CONTRADICTION)
        return;
    g_autofree char *where =
        g_strdup_printf ("declared transactional; detected promotional, %.2f sure", confidence);
    classification->class = CLASS_PROMOTIONAL;
    classification->confidence = confidence;
    classification_note (classification, "declared-contradicted", 0, g_strdup (where));
}

static void
decide_from_signals (Classification *classification, const Scene *scene, const Model *model)
{
    if (model) {
        bool cannot_tell = false;
        classification->class =
            model_decide (model, classification->evidence, is_house (&scene->sender),
                          &classification->confidence, &cannot_tell);
        if (cannot_tell)
            classification_note (classification, "cannot-tell", 0,
                                 g_strdup ("neither business nor promotion; not correspondence "
                                           "either, since it goes to many or no person sent "
                                           "it: judged as promotion"));
        return;
    }
    double sum = sum_weights (classification->evidence);

    if (looks_personal (scene, sum))
        classification->class = CLASS_PERSONAL;
    else
        classification->class = sum > 0 ? CLASS_PROMOTIONAL : CLASS_TRANSACTIONAL;
    classification->confidence = 1 / (1 + exp (-fabs (sum)));
}

/* Correspondence that somebody wrote, with no mark of a campaign, and what is beyond doubt a
 * transaction, by the signals of what stands outside of its blocks. */
static OpenText
trust_open_text (const Classification *classification, const Scene *scene, const Model *model,
                 const KnownMail *known)
{
    const Sender *sender = &scene->sender;
    double confidence = classification->confidence;
    bool cannot_tell = false, business = classification->class == CLASS_TRANSACTIONAL;

    if (known)
        return OPEN_VOUCHED;
    if (classification->class == CLASS_PERSONAL)
        return sender_corresponds (sender) && !sender->bulk && !sender->platform &&
                       scene->words.count[GROUP_UNSUBSCRIBE] == 0 &&
                       scene->tally.unsubscribe_links + scene->tally.campaign_links == 0
                   ? OPEN_TRUSTED
                   : OPEN_DOUBTED;
    if (model && !(business && classification->declared))
        business = model_decide (model, classification->evidence, is_house (sender),
                                 &confidence, &cannot_tell) == CLASS_TRANSACTIONAL;
    return business && confidence >= BEYOND_DOUBT ? OPEN_TRUSTED : OPEN_DOUBTED;
}

/* What can be read in two ways may show promotion to one reader and none to us: it counts as mixed
 * and is never cut. Correspondence is not searched for promotion at all. */
static void
doubt_ambiguous (Classification *classification, const Message *message)
{
    const char *ambiguity = message_ambiguity (message);

    if (!ambiguity || classification->class == CLASS_PERSONAL)
        return;
    if (classification->class == CLASS_TRANSACTIONAL)
        classification->class = CLASS_MIXED;
    if (!classification->problem)
        classification->problem = g_strdup (ambiguity);
    classification_note (classification, "ambiguous", 0, g_strdup (ambiguity));
}

/* A message that is called mixed with nothing to show for it has no share and no order that a rule
 * could be judged by. */
static void
doubt_unknown_place (Classification *classification)
{
    if (classification->class == CLASS_MIXED && classification->blocks->len == 0 &&
        !classification->problem)
        classification->problem =
            g_strdup ("promotion is in it, but no promotional block is marked in it");
}

/* What a sending platform's field claims decides nothing; whoever reads the record sees whether it
 * fits. */
static void
compare_stream (Classification *classification, const Message *message)
{
    MessageClass claim;
    const char *field;

    if (!sender_declares (message, &claim, &field))
        return;
    bool promotion =
        classification->class == CLASS_PROMOTIONAL || classification->class == CLASS_MIXED;
    g_autofree char *where = g_strdup_printf (
        "%s says %s; detected %s, %.2f sure", field, message_class_word (claim),
        message_class_word (classification->class), classification->confidence);
    classification_note (classification,
                         promotion == (claim == CLASS_PROMOTIONAL) ? "stream-agrees"
                                                                   : "stream-contradicted",
                         0, g_strdup (where));
}

/* What is promotion as a whole has no transaction to keep, and correspondence is not searched. */
static void
detect_blocks (Classification *classification, const Message *message, const Words *words,
               const Hints *hints)
{
    if (classification->class != CLASS_TRANSACTIONAL && classification->class != CLASS_MIXED)
        return;
    if (classification->problem || !detected_find (classification, message, words, hints))
        return;
    classification->class = CLASS_MIXED;
    companions_find (classification, message);
}

/* What a newsletter serves its readers with is none. */
static bool
may_hold_transaction (const Scene *scene, const GPtrArray *evidence)
{
    return model_tells_business (evidence) ||
           (scene->serving >= SERVED && !model_reads_as_newsletter (evidence));
}

/* Whether a model takes what stands outside of the blocks for a transaction. */
static bool
rest_is_transaction (const Classification *classification, const Scene *scene,
                     const Words *words, const Model *model)
{
    g_autoptr (Classification) rest = classification_new ();
    int leaf = message_main_leaf (scene->message);
    size_t inside = 0;

    g_autofree char *outside =
        mix_outside (classification, scene->message, (unsigned)leaf, &inside);
    g_autofree char *text = first_bytes (outside, SCENE_TEXT);
    g_auto (Scene) without = scene_take (scene->message, text, words, NULL);
    signals_collect (&without, rest->evidence);
    decide_from_signals (rest, &without, model);
    return rest->class == CLASS_TRANSACTIONAL && rest->confidence >= LIKELY &&
           without.serving >= without.promoting &&
           may_hold_transaction (&without, rest->evidence);
}

static bool
is_contradicted (const Classification *classification)
{
    for (unsigned i = 0; i < classification->evidence->len; i++)
        if (strcmp (((const Evidence *)classification->evidence->pdata[i])->signal,
                    "declared-contradicted") == 0)
            return true;
    return false;
}

/* A long offer can outweigh the transaction that it stands in, where something tells of one. What remains
 * without it decides, if that is likely a transaction; otherwise nothing is said to have been found. A
 * transaction that cannot be told from the offer makes it mixed with its place or none known, which is
 * judged as promotion. */
static void
look_again (Classification *classification, const Scene *scene, const Words *words,
            const Model *model, const Hints *hints)
{
    unsigned evidence = classification->evidence->len;

    if (classification->blocks->len > 0 || classification->problem ||
        (classification->declared && !is_contradicted (classification)))
        return;
    bool holds = model_holds_transaction (classification->evidence);
    bool found = may_hold_transaction (scene, classification->evidence) &&
                 detected_find (classification, scene->message, words, hints);
    if (found &&
        (classification->problem ? holds
                                 : rest_is_transaction (classification, scene, words, model))) {
        classification->class = CLASS_MIXED;
        companions_find (classification, scene->message);
        return;
    }
    g_ptr_array_set_size (classification->blocks, 0);
    g_ptr_array_set_size (classification->evidence, (int)evidence);
    g_clear_pointer (&classification->problem, g_free);
    if (!holds)
        return;
    classification->class = CLASS_MIXED;
    classification_note (classification, "transaction-outweighed", 0,
                         g_strdup ("offers outweigh a transaction that is in it"));
}

static void
decide_class (Classification *classification, const Scene *scene, const Words *words,
              const Model *model, const Hints *hints, size_t remainder)
{
    const KnownMail *known = hints ? hints->known : NULL;

    /* Broken marks say that there is promotion, only not where it ends. */
    if (classification->blocks->len > 0 || classification->problem)
        decide_from_marks (classification, remainder);
    else if (known)
        decide_from_known (classification, known);
    else if (decide_from_declaration (classification, scene->message, scene))
        test_declaration (classification, scene, model);
    else
        decide_from_signals (classification, scene, model);
    if (model)
        model_weigh (model, classification->evidence);
    if (!known && classification->class == CLASS_PROMOTIONAL)
        look_again (classification, scene, words, model, hints);
    else if (!known)
        detect_blocks (classification, scene->message, words, hints);
    doubt_ambiguous (classification, scene->message);
    disguise_find (classification, scene->message, words,
                   trust_open_text (classification, scene, model, known));
    doubt_unknown_place (classification);
}

/* A mail that asks for an opinion and offers nothing; other promotion is what a newsletter brings. */
static Purpose
guess_promotion (const Scene *scene)
{
    const unsigned *words = scene->words.count, *subject = scene->subject_words.count;

    return scene->words.opening[GROUP_SURVEY] + subject[GROUP_SURVEY] > 0 &&
                   words[GROUP_PROMOTIONAL] + words[GROUP_COUPON] + words[GROUP_NEWS] == 0
               ? PURPOSE_SURVEY
               : PURPOSE_NEWSLETTER;
}

/* Purposes must fit the class: promotion always has one, so that consent can be asked for. */
static void
settle_purposes (Classification *classification, const Scene *scene)
{
    bool promotion =
        classification->class == CLASS_PROMOTIONAL || classification->class == CLASS_MIXED;

    if (promotion && classification->promo_purpose == PURPOSE_NONE)
        classification->promo_purpose =
            classification->class == CLASS_MIXED ? PURPOSE_OFFER : guess_promotion (scene);
    if (!promotion)
        classification->promo_purpose = PURPOSE_NONE;
    if (classification->class == CLASS_PROMOTIONAL)
        classification->purpose = classification->promo_purpose;
    else if (classification->class == CLASS_PERSONAL)
        classification->purpose = PURPOSE_NONE;
    else if (classification->purpose == PURPOSE_NONE)
        classification->purpose = guess_purpose (scene);
}

/* What of the main leaf is judged: with its lines as a reader sees them where no block has to be left
 * out. */
static char *
text_to_judge (const Classification *classification, const Message *message, int leaf)
{
    size_t inside = 0;

    if (leaf < 0)
        return g_strdup ("");
    if (mix_has_block (classification, (unsigned)leaf))
        return mix_outside (classification, message, (unsigned)leaf, &inside);
    return g_strdup (message_leaf (message, (unsigned)leaf)->text);
}

Classification *
classify (const Message *message, const Words *words, const Model *model, const Hints *hints)
{
    g_autoptr (Classification) classification = classification_new ();

    add_blocks (classification, message, hints);
    overmarked_find (classification, message, words, hints);
    find_tracking (classification, message, hints);
    g_autofree char *outside =
        text_to_judge (classification, message, message_main_leaf (message));
    g_autofree char *text = first_bytes (outside, SCENE_TEXT);
    g_auto (Scene) scene = scene_take (message, text, words, hints ? hints->names : NULL);
    signals_collect (&scene, classification->evidence);
    classification->subject_class = scene.subject_words.count[GROUP_PROMOTIONAL] >
                                            scene.subject_words.count[GROUP_TRANSACTIONAL]
                                        ? CLASS_PROMOTIONAL
                                        : CLASS_TRANSACTIONAL;
    read_declared_purposes (classification, message);
    note_unknown_fields (classification, message);

    decide_class (classification, &scene, words, model, hints, strlen (outside));
    compare_stream (classification, message);
    settle_purposes (classification, &scene);

    if (classification->class == CLASS_PROMOTIONAL)
        classification->promo_share = 1;
    if (classification->class == CLASS_MIXED)
        mix_measure (classification, message);
    return g_steal_pointer (&classification);
}
