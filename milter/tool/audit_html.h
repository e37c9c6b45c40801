/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_AUDIT_HTML_H
#define LICET_TOOL_AUDIT_HTML_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Pieces of the report's page. All append; texts are escaped here. */

void html_text (GString *html, const char *text);
/* <name>text</name>; name may carry attributes. */
void html_element (GString *html, const char *name, const char *text);
void html_cell (GString *html, const char *text);
/* "27 973", from five digits on; caller frees. */
char *html_digits (uint64_t number);
void html_number (GString *html, uint64_t number);
/* By a format of g_ascii_formatd; with a comma for Spanish. */
void html_decimal (GString *html, const char *format, double number, bool comma);
/* "+12.5": points of percent that something grew by; a great change stands out. */
void html_change (GString *html, double points, bool comma);
/* part of whole in percent, with a comma for Spanish. */
void html_percent (GString *html, double part, double whole, bool comma);
/* "12.5 %"; caller frees. */
char *html_part (double part, double whole, bool comma);

/* Bars that stand for time, stacked. */
typedef struct {
    const char *title, *description;
    unsigned series, count;
    const char *const *names; /* of the series */
    const unsigned *colours;  /* of the series, numbers of classes c0… of the style */
    unsigned stride;          /* values [i * stride + s] */
    const unsigned *values;
    char **labels; /* of the bars */
} Chart;
void html_chart (GString *html, const Chart *chart, unsigned number);

/* What the colours of bars mean. */
void html_key (GString *html, const char *const *names, const unsigned *colours,
               unsigned count);

/* One bar of parts. */
void html_parts (GString *html, const unsigned *values, const unsigned *colours, unsigned count,
                 const char *description);

extern const char html_style[];

#endif
