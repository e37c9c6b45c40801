/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_TEXT_H
#define MESSAGE_TEXT_H

#include "part.h"

/* The content, or its UTF-8 form when its character set hides markup. */
GBytes *text_source (const Part *part);
bool text_is_transcoded (const Part *part);

/* Fills text, links and runs of a plain leaf from its content. Linear in it. */
void text_read_plain (Part *part);

/* Visible text of a range of the content, blanks collapsed. Caller frees. */
char *text_visible (const Part *part, size_t start, size_t end);

/* The same without any blanks. */
void text_append_letters (const Part *part, size_t start, size_t end, GString *out);

/* Every run of blanks as one, none at the ends. Caller frees. */
char *text_collapse (const char *text);

#endif
