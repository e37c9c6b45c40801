/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_SENTENCES_H
#define LICET_POLICY_SENTENCES_H

#include "licet/decision.h"

/* What policies ask, in the languages of those who read them. */

typedef enum {
    PHRASE_FOR_PROMOTIONAL,
    PHRASE_FOR_TRANSACTIONAL,
    PHRASE_FOR_BOTH,
    PHRASE_OTHERWISE,
    PHRASE_CANNOT_TELL,
    PHRASE_NOT_SET_UP,
    PHRASE_MIXED,
    PHRASE_MIXED_STRIP,
    PHRASE_SHADOW,
    PHRASE_OFF,
    PHRASE_FROM, /* with %s for the date */
    PHRASE_TO,
    PHRASE_SOURCE,
    PHRASE_INHERITS,
    PHRASE_HOUSE,
    PHRASE_CASES,
    PHRASE_EXCEPTION,
    PHRASE_ONLY_FOR,
    PHRASE_NOT_FOR,
    PHRASE_CAMPAIGNS,
    PHRASE_VOLUME,
    PHRASE_UNTIL,
    PHRASE_DOMAINS,
    PHRASE_MX,
    PHRASE_HOSTED_SHADOW,
    PHRASE_HOSTED_OFF,
} Phrase;

const char *phrase (Phrase which, Language language);

/* What a parameter of a kind asks; parameter NULL: what the kind asks by itself, value NULL then.
 * NULL when there is no sentence. Caller frees. */
char *sentence_of (const char *kind, const char *parameter, const char *value,
                   Language language);
/* Whether there is a sentence about the kind at all. */
bool sentence_knows (const char *kind);

const char *sentence_for_action (Action action, Language language);
/* How mixed mail is judged, by the name of the test. */
const char *sentence_for_mixed (const char *test, Language language);

#endif
