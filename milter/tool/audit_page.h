/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_AUDIT_PAGE_H
#define LICET_TOOL_AUDIT_PAGE_H

#include "audit_complaints.h"
#include "audit_figures.h"
#include "audit_words.h"
#include "licet/audit_story.h"

/* The report under way. Each section appends to html; all else is borrowed. */
typedef struct {
    GString *html;
    Language language;
    const Figures *figures;
    const Complaints *complaints;
    const AuditVerdict *verdict;
    unsigned charts;
} Page;

const char *page_word (const Page *page, Word word);
bool page_has_comma (const Page *page);
StoryLanguage page_story_language (const Page *page);

void page_heading (Page *page, Word title);
void page_note (Page *page, Word note);
/* The note with its "#1", "#2", … replaced by the numbers. */
void page_counted_note (Page *page, Word note, const uint64_t *numbers, unsigned count);

/* Tells how many rows a table leaves out, when it does. */
void page_rows_note (Page *page, unsigned shown, unsigned all);

/* Column heads; those from `numbers` on stand to the right. */
void page_begin_table (Page *page, const Word *heads, unsigned count, unsigned numbers);
void page_end_table (Page *page);
/* Begins a row with its head. */
void page_begin_row (Page *page, Word name);

/* A name and its value, within a dl. */
void page_fact (Page *page, Word name, const char *value);
void page_number_fact (Page *page, Word name, uint64_t number);
/* With its part of a whole. */
void page_part_fact (Page *page, Word name, uint64_t number, uint64_t whole);

/* Sections: the figures of the whole period, and whether the log can be trusted. */
void page_summary (Page *page);
void page_integrity (Page *page);
/* How often people got promotion, and what they said to it. */
void page_frequency (Page *page);
void page_complaints (Page *page);

#endif
