/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The page stands alone: one style, drawings within the text, nothing to fetch and nothing to run.
 * Colours differ in lightness too, so that a print in grey can be read.
 */

#include <string.h>

#include "audit_html.h"
#include "licet/utf8.h"

enum {
    CHART_WIDTH = 720,
    CHART_HEIGHT = 220,
    PLOT_LEFT = 46,
    PLOT_TOP = 10,
    PLOT_HEIGHT = 170,
    GREAT_CHANGE = 10
};

/* U+202F, which no line breaks at. */
#define NARROW_SPACE "\xe2\x80\xaf"

const char html_style[] =
    ":root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--back:#fff;--pale:#f6f8fa}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;color:var(--ink);"
    "background:var(--back);font:16px/1.5 "
    "system-ui,sans-serif}h1{font-size:1.6rem;margin:.5rem 0}"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:2px solid var(--line)}"
    "p.note{color:var(--soft);margin:.25rem 0 .75rem}dl.facts{display:grid;gap:.5rem;"
    "grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));margin:1rem 0}dl.facts "
    "div{background:"
    "var(--pale);padding:.6rem .8rem;border-radius:.4rem}dt{color:var(--soft);font-size:.85rem}"
    "dd{margin:0;font-size:1.25rem;font-weight:600;overflow-wrap:anywhere}dl.plain "
    "dd{font-size:1rem;"
    "font-weight:400;margin-bottom:.4rem}.scroll{overflow-x:auto;max-width:100%}table{border-"
    "collapse:"
    "collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.3rem "
    ".5rem;border-bottom:1px "
    "solid "
    "var(--line);vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-"
    "nums;"
    "white-space:nowrap}thead th{background:var(--pale)}.good,.bad{padding:.6rem "
    ".8rem;border-radius:"
    ".4rem;border-left:.4rem "
    "solid}.good{background:#e6f4ea;border-color:#1a7f37}.bad{background:"
    "#ffebe9;border-color:#cf222e;font-weight:600}svg{display:block;width:100%;height:auto}svg "
    "text{"
    "font:11px "
    "system-ui,sans-serif;fill:var(--soft)}.key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;"
    "font-size:.9rem;margin:.25rem 0}.key "
    "span::before{content:\"\";display:inline-block;width:.8em;"
    "height:.8em;margin-right:.4em;background:var(--c)}.c0{fill:#0b5394;--c:#0b5394}.c1{fill:#"
    "e69138;"
    "--c:#e69138}.c2{fill:#76a5af;--c:#76a5af}.c3{fill:#b7b7b7;--c:#b7b7b7}.c4{fill:#990000;"
    "--c:#990000}.c5{fill:#6a3d9a;--c:#6a3d9a}details{margin:.5rem 0}summary{cursor:pointer;"
    "color:var(--soft)}ul{margin:0;padding-left:1.1rem}.parts{min-width:8rem;height:.9rem}."
    "chart{min-width:34rem}"
    "code{font-size:.85em;overflow-wrap:anywhere}dd small{display:block;font-size:.8rem;"
    "font-weight:400;color:var(--soft)}"
    "dt::first-letter,thead th::first-letter,th.w::first-letter{text-transform:uppercase}"
    "td>ul{min-width:15rem}th.n{white-space:normal}"
    /* A shadow at the edge behind which a table or a chart goes on. */
    ".scroll{background:linear-gradient(90deg,#fff "
    "40%,transparent),linear-gradient(270deg,#fff "
    "40%,transparent) 100% 0,linear-gradient(90deg,#0004,transparent),linear-gradient(270deg,"
    "#0004,transparent) 100% 0;background-size:2rem 100%,2rem 100%,.7rem 100%,.7rem 100%;"
    "background-repeat:no-repeat;background-attachment:local,local,scroll,scroll}"
    "@media (max-width:40rem){table{font-size:.8rem}th,td{padding:.25rem .3rem}"
    "td+td.n,th+td.n{min-width:3rem}"
    /* What a row is about stays when the figures are moved. */
    "tbody th{position:sticky;left:0;background:var(--back)}}"
    "@media "
    "print{.scroll{background:none}body{max-width:none;padding:0;font-size:10pt}h2,"
    "p.note,.key{break-after:avoid}.scroll+p.note{break-before:avoid;break-after:auto}tr,svg,"
    "details,.facts div{"
    "break-inside:avoid}.scroll{overflow:visible}.chart{min-width:0}details::details-content{"
    "content-visibility:visible}summary{list-style:none}details table{font-size:7pt}"
    "details td,details th{padding:0 .3rem}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

void
html_text (GString *html, const char *text)
{
    g_autofree char *clean = utf8_without_controls (text ? text : "");

    for (const char *c = clean; *c; c++)
        switch (*c) {
        case '<':
            g_string_append (html, "&lt;");
            break;
        case '>':
            g_string_append (html, "&gt;");
            break;
        case '&':
            g_string_append (html, "&amp;");
            break;
        case '"':
            g_string_append (html, "&quot;");
            break;
        default:
            g_string_append_c (html, *c);
        }
}

void
html_element (GString *html, const char *name, const char *text)
{
    size_t length = strcspn (name, " ");

    g_string_append_printf (html, "<%s>", name);
    html_text (html, text);
    g_string_append_printf (html, "</%.*s>", (int)length, name);
}

void
html_cell (GString *html, const char *text)
{
    html_element (html, "td", text);
}

char *
html_digits (uint64_t number)
{
    GString *digits = g_string_new (NULL);

    g_string_printf (digits, "%" G_GUINT64_FORMAT, number);
    for (size_t at = digits->len > 4 ? digits->len : 0; at > 3; at -= 3)
        g_string_insert (digits, (gssize)at - 3, NARROW_SPACE);
    return g_string_free (digits, FALSE);
}

void
html_number (GString *html, uint64_t number)
{
    g_autofree char *digits = html_digits (number);

    html_element (html, "td class=\"n\"", digits);
}

void
html_decimal (GString *html, const char *format, double number, bool comma)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd (digits, sizeof digits, format, number);
    if (comma)
        g_strdelimit (digits, ".", ',');
    html_element (html, "td class=\"n\"", digits);
}

void
html_change (GString *html, double points, bool comma)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    /* No "-0.0" beside a "+0.0". */
    if (points > -0.05 && points < 0.05)
        g_strlcpy (digits, "0.0", sizeof digits);
    else
        g_ascii_formatd (digits, sizeof digits, "%+.1f", points);
    if (comma)
        g_strdelimit (digits, ".", ',');
    g_string_append (html, "<td class=\"n\">");
    bool great = points >= GREAT_CHANGE || points <= -GREAT_CHANGE;
    html_element (html, great ? "strong" : "span", digits);
    g_string_append (html, "</td>");
}

char *
html_part (double part, double whole, bool comma)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd (digits, sizeof digits, "%.1f", whole > 0 ? 100 * part / whole : 0);
    if (comma)
        g_strdelimit (digits, ".", ',');
    return g_strconcat (digits, NARROW_SPACE "%", NULL);
}

void
html_percent (GString *html, double part, double whole, bool comma)
{
    g_autofree char *text = html_part (part, whole, comma);

    html_element (html, "td class=\"n\"", text);
}

static unsigned
chart_value (const Chart *chart, unsigned bar, unsigned series)
{
    return chart->values[bar * chart->stride + series];
}

static unsigned
highest_bar (const Chart *chart)
{
    unsigned highest = 1;

    for (unsigned i = 0; i < chart->count; i++) {
        unsigned sum = 0;
        for (unsigned s = 0; s < chart->series; s++)
            sum += chart_value (chart, i, s);
        highest = MAX (highest, sum);
    }
    return highest;
}

static double
position (const Chart *chart, unsigned bar)
{
    return PLOT_LEFT + (double)(CHART_WIDTH - PLOT_LEFT) * bar / chart->count;
}

/* SVG wants a point whatever the locale. */
static void
add_rect (GString *html, double x, double y, double width, double height, unsigned colour)
{
    char n[4][G_ASCII_DTOSTR_BUF_SIZE];
    const double values[] = { x, y, width, height };

    for (unsigned i = 0; i < 4; i++)
        g_ascii_formatd (n[i], sizeof n[i], "%.2f", values[i]);
    g_string_append_printf (
        html, "<rect class=\"c%u\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>", colour,
        n[0], n[1], n[2], n[3]);
}

static void
add_bars (GString *html, const Chart *chart, unsigned highest)
{
    double width = (double)(CHART_WIDTH - PLOT_LEFT) / chart->count;

    for (unsigned i = 0; i < chart->count; i++) {
        double y = PLOT_TOP + PLOT_HEIGHT;
        for (unsigned s = 0; s < chart->series; s++) {
            double height = (double)PLOT_HEIGHT * chart_value (chart, i, s) / highest;
            if (height <= 0)
                continue;
            y -= height;
            add_rect (html, position (chart, i) + width * 0.1, y, width * 0.8, height,
                      chart->colours[s]);
        }
    }
}

static void
add_axes (GString *html, const Chart *chart, unsigned highest)
{
    unsigned step = (chart->count + 7) / 8;

    for (unsigned i = 0; i <= 2; i++) {
        unsigned y = PLOT_TOP + PLOT_HEIGHT - PLOT_HEIGHT * i / 2;
        g_autofree char *digits = html_digits (highest * i / 2);
        g_string_append_printf (
            html,
            "<path d=\"M%d %uH%d\" stroke=\"#d0d7de\"/><text x=\"%d\" y=\"%u\" "
            "text-anchor=\"end\">%s</text>",
            PLOT_LEFT, y, CHART_WIDTH, PLOT_LEFT - 6, y + 4, digits);
    }
    for (unsigned i = 0; i < chart->count; i += step) {
        g_string_append_printf (html, "<text x=\"%d\" y=\"%d\">", (int)position (chart, i) + 2,
                                PLOT_TOP + PLOT_HEIGHT + 18);
        html_text (html, chart->labels[i]);
        g_string_append (html, "</text>");
    }
}

void
html_key (GString *html, const char *const *names, const unsigned *colours, unsigned count)
{
    g_string_append (html, "<div class=\"key\">");
    for (unsigned i = 0; i < count; i++) {
        g_string_append_printf (html, "<span class=\"c%u\">", colours[i]);
        html_text (html, names[i]);
        g_string_append (html, "</span>");
    }
    g_string_append (html, "</div>");
}

void
html_chart (GString *html, const Chart *chart, unsigned number)
{
    unsigned highest = highest_bar (chart);

    html_key (html, chart->names, chart->colours, chart->series);
    g_string_append_printf (html,
                            "<div class=\"scroll\"><svg class=\"chart\" viewBox=\"0 0 %d %d\" "
                            "role=\"img\" aria-labelledby=\"t%u d%u\">"
                            "<title id=\"t%u\">",
                            CHART_WIDTH, CHART_HEIGHT, number, number, number);
    html_text (html, chart->title);
    g_string_append_printf (html, "</title><desc id=\"d%u\">", number);
    html_text (html, chart->description);
    g_string_append (html, "</desc>");
    add_axes (html, chart, highest);
    add_bars (html, chart, highest);
    g_string_append (html, "</svg></div>");
}

void
html_parts (GString *html, const unsigned *values, const unsigned *colours, unsigned count,
            const char *description)
{
    unsigned sum = 0;
    double x = 0;

    for (unsigned i = 0; i < count; i++)
        sum += values[i];
    g_string_append (
        html, "<td><svg class=\"parts\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
              "role=\"img\"><title>");
    html_text (html, description);
    g_string_append (html, "</title>");
    for (unsigned i = 0; i < count && sum > 0; i++) {
        double width = 100.0 * values[i] / sum;
        if (width > 0)
            add_rect (html, x, 0, width, 8, colours[i]);
        x += width;
    }
    g_string_append (html, "</svg></td>");
}
