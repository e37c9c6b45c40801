/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_STORY_PHRASES_H
#define LICET_AUDIT_STORY_PHRASES_H

#include "licet/audit_story.h"

/*
 * How the log says a thing, and how people are told. The log's words are English and short, and
 * stay as they are, so that what was written years ago is still told in words of today.
 *
 * In `log` stand for what differs: %s any text, %f one without blanks, %d digits, %t a time, %n a
 * name in small letters, %c a territory, %y a day of the week, %w words that are told one by one,
 * %v terms of the vocabulary, %p what is a phrase itself, %% a percent sign. $1 … $9 in the texts
 * are those in turn, and {1|mail|mails} is the first word where $1 is 1, else the second. The first
 * row that fits tells.
 */
typedef struct {
    const char *log;
    const char *texts[STORY_LANGUAGES]; /* an English text that is NULL is that of the log */
} StoryPhrase;

/* Each ends with a row of NULL. */
extern const StoryPhrase story_phrases_of_rules[];
extern const StoryPhrase story_phrases_of_mail[];
extern const StoryPhrase story_phrases_of_signals[];

/* Whether a row tells it. */
bool story_knows (const char *text);

#endif
