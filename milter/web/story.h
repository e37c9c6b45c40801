/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_STORY_H
#define WEB_STORY_H

#include <glib.h>

#include "licet/audit_story.h"

/* The words of the auditors' pages, and one record of the log as a page. Pure. */

typedef enum {
    S_TITLE,
    S_RECORD, /* takes the number */
    S_SEARCH,
    S_ADDRESS,
    S_ADDRESS_NOTE,
    S_FOUND, /* takes a number */
    S_ANY,
    S_MOST, /* takes a number */
    S_NOTHING_FOUND,
    S_BACK,
    S_READ_NOTE,
    S_RULES,
    S_CHANGES,
    S_RELATED,
    S_AS_IT_STANDS,
    S_NO_RECORD,
    S_BUSY,
    S_FAILED,
    S_WHO,
    S_BAD_TIME, /* takes the text */
    /* columns and fields */
    S_TIME,
    S_NUMBER,
    S_KIND,
    S_QUEUE_ID,
    S_RULE,
    S_TERRITORY,
    S_OUTCOME,
    S_SENDER,
    S_PURPOSE,
    S_CLASS,
    S_SINCE,
    S_UNTIL,
    S_RECIPIENT,
    S_VERDICT,
    S_ASKS,
    S_SEEN,
    S_SOURCE,
    S_WHERE,
    S_BYTES,
    S_CUT,
    S_WORDS,
} StoryWord;

const char *story_word (StoryLanguage language, StoryWord word);

/* Appends paragraphs and tables. */
void story_tell (GString *html, const AuditRow *row, StoryLanguage language);

/* A word of the log ("strip", "decision") as it stands in tables and lists; the word itself where
 * there is none. Static, or borrowed from word. */
const char *story_label (StoryLanguage language, const char *word);

/* The words of the log that a search can choose from: of `outcome` or `class`; ended by NULL. */
extern const char *const story_outcomes[], *const story_classes[];

/* In a line: what became of it. Static, or borrowed from row. */
const char *story_result (const AuditRow *row, StoryLanguage language);

#endif
