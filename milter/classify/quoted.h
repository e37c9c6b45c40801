/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_QUOTED_H
#define LICET_CLASSIFY_QUOTED_H

#include <glib.h>
#include <stdbool.h>

/* What of a text its author wrote, and what the mail program took over from an earlier mail. */
typedef struct {
    char *own; /* without quoted lines, what follows the head of a quotation, and signature */
    unsigned lines; /* quoted with ">" */
    bool head; /* names author and time of what follows: "On … wrote:", "From: … Sent: …" */
    bool signature; /* a line of "-- " (RFC 3676 4.3) or a rule of underscores */
} Quoted;

/* Linear; text is UTF-8. No word of any language is needed: a head is known by its form. */
Quoted quoted_take (const char *text);
void quoted_clear (Quoted *quoted);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Quoted, quoted_clear)

#endif
