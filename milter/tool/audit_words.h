/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_AUDIT_WORDS_H
#define LICET_TOOL_AUDIT_WORDS_H

#include "licet/decision.h"

/* The report's texts: one row per text, in English and Spanish. */
enum { LANGUAGES = SPANISH + 1 };

typedef enum {
    W_LANG,
    W_TITLE,
    W_PERIOD,
    W_TO,
    W_MESSAGES,
    W_DECISIONS,
    W_PEOPLE,
    W_SENDERS,
    W_TURNED_AWAY,
    W_INTEGRITY,
    W_WHOLE,
    W_NOT_WHOLE,
    W_RECORDS,
    W_CHECKPOINT,
    W_NO_CHECKPOINT,
    W_OUTSIDE,
    W_NO_OUTSIDE,
    W_KEY,
    W_LOG,
    W_BY_CLASS,
    W_BY_OUTCOME,
    W_SHARES,
    W_BY_RULE,
    W_BY_TERRITORY,
    W_SHARE_SENDER,
    W_SHARE_TEMPLATE,
    W_SHIFT,
    W_SHIFT_NOTE,
    W_BASES,
    W_BASES_NOTE,
    W_NO_BASIS,
    W_SIDE,
    W_OFFENDERS,
    W_FAILURES,
    W_EVENTS,
    W_NONE,
    W_RULE,
    W_SOURCE,
    W_VIOLATED,
    W_SHADOW,
    W_TERRITORY,
    W_SENDER,
    W_TEMPLATE,
    W_BASIS,
    W_SHARE,
    W_COUNT,
    W_BYTES,
    W_CONSENTED,
    W_FIRST_HALF,
    W_SECOND_HALF,
    W_CHANGE,
    W_SAMPLES,
    W_REPLY,
    W_MEASURE,
    W_FROM,
    W_UNKNOWN,
    W_TRANSACTIONAL,
    W_PROMOTIONAL,
    W_MIXED,
    W_PERSONAL,
    W_DELIVER,
    W_STRIP,
    W_DEFER,
    W_HOLD,
    W_REFUSE,
    W_CHART,
    W_MORE,
    WORDS
} Word;

const char *audit_word (Language language, Word word);

#endif
