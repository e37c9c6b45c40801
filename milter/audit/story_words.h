/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_STORY_WORDS_H
#define LICET_AUDIT_STORY_WORDS_H

#include "licet/audit_story.h"

/* Sentences; their %s stand in the same order in all languages. */
typedef enum {
    STORY_ARRIVED, /* time, sender's domain, recipient's domain, queue id */
    STORY_IS_TRANSACTION,
    STORY_IS_PROMOTION,
    STORY_IS_MIXED, /* purpose, purpose of the promotion, percent */
    STORY_IS_PERSONAL,
    STORY_SIGNS,
    STORY_LAW, /* territory, how it was found, legal class, reason */
    STORY_GRANTED,
    STORY_WITHDRAWN,
    STORY_WITHDRAWN_ALL,
    STORY_SUPPRESSED,
    STORY_PENDING,
    STORY_NOTHING_KNOWN,
    STORY_NO_ANSWER,
    STORY_NEEDS_CONSENT, /* rule, source, purpose */
    STORY_RULE_SAW,      /* rule, source, evidence */
    STORY_RULE,
    STORY_REMOVED,
    STORY_BLOCK,    /* first words, bytes, leaf */
    STORY_ITS_COPY, /* leaf, bytes */
    STORY_PART,     /* leaf, bytes */
    STORY_AND,
    STORY_MORE,
    STORY_FOR_RECIPIENT,
    STORY_STRIPPED,
    STORY_WENT,
    STORY_WENT_WITH,
    STORY_CONSENT, /* purpose */
    STORY_ENOUGH,  /* rule, source */
    STORY_WAITS,   /* time */
    STORY_WAITS_OPEN,
    STORY_HELD,
    STORY_REFUSED,
    STORY_OBSTACLE,
    STORY_CURED,
    STORY_CURED_BY_TEXT,
    STORY_SENDER_TOLD,
    STORY_ANSWER,  /* reply */
    STORY_WATCHED,
    STORY_POSTFIX_TOLD,
    STORY_FIXED,    /* what */
    STORY_FIXED_BY, /* what, rule, source */
    STORY_TRACKING,
    STORY_TAKEN,    /* time, queue id; so the next three */
    STORY_TAKEN_BEFORE,
    STORY_TAKEN_HELD,
    STORY_IN_DOUBT,
    STORY_DOUBLED,
    STORY_PARKED,
    STORY_TURNED_DOWN, /* time, reply; so the next */
    STORY_PUT_OFF,
    STORY_FAILED, /* time, stage, text */
    STORY_EVENT,  /* time, kind of record */
    STORY_SENTENCES
} StorySentence;

const char *story_sentence (StoryLanguage language, StorySentence sentence);
const char *story_month (StoryLanguage language, unsigned month);

#endif
