/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_STORY_H
#define LICET_AUDIT_STORY_H

#include <glib.h>

#include "licet/audit_read.h"

/*
 * One record of the log in words, for somebody who does not know licet: what came, what it was
 * taken for, whose law judged it, what became of it and why. It says what the record says and
 * decides nothing. Replies and texts of errors are quoted as they were given. Pure.
 */
typedef enum { STORY_EN, STORY_ES, STORY_LANGUAGES } StoryLanguage;

/* Paragraphs (char *), UTF-8, at least one. Caller frees. */
GPtrArray *audit_story (const AuditRow *row, StoryLanguage language);

/* A word of the log ("violated", "cross-sell", "refuse") for people; the word itself where there
 * is none. Static, or borrowed from word. */
const char *audit_story_word (StoryLanguage language, const char *word);

/* What a rule found ("violated"), and whether the copy that went was put right by a cut. Caller frees. */
char *audit_story_verdict (StoryLanguage language, const AuditRule *rule);

/* What the log says of something seen ("no withdrawal on record", also of many parts), as a
 * sentence without its full stop, or as a part of one; what no row knows is quoted as it stands.
 * Caller frees. */
char *audit_story_phrase (StoryLanguage language, const char *text);

/* "2026-05-03T10:15:00Z" as "3 May 2026, 10:15 UTC"; anything else as it stands. Caller frees. */
char *audit_story_time (StoryLanguage language, const char *time);

#endif
