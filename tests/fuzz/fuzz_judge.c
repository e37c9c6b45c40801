/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A page put together of pieces, one for each byte after the first two, which say where the cut
 * begins and how many pieces it takes. However far the page is squeezed, the verdict is that on the
 * whole page, or there is none.
 */

#include <stdint.h>
#include <string.h>

#include "../../milter/message/judge.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define WORDS "many words that nobody needs to read again"
#define ZEROS "00000000000000000000000000000000000000000"

enum { MOST_PIECES = 64 };

static const char *const pieces[] = {
    WORDS,
    WORDS,
    " ",
    "\n        \n",
    "x",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<a href=\"" WORDS "\">",
    "</a>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<td class=\"" WORDS "\">" WORDS "</td>",
    "<tr><td>" WORDS "</td></tr>",
    "<table><tr><td>" WORDS "</td></tr></table>",
    "<!-- " WORDS " -->",
    "<!-- " WORDS,
    "-->",
    "]]>",
    "<![CDATA[",
    "<svg>",
    "</svg>",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<math>",
    "<annotation-xml encoding=\"application/xhtml+xml\">",
    "</math>",
    "<select>",
    "</select>",
    "<template>",
    "</template>",
    "<frameset>",
    "</frameset>",
    "<form>",
    "</form>",
    "<div title='",
    "'>",
    "\"",
    "'",
    ">",
    "<",
    "&",
    "&#" ZEROS "32;",
    "&#113;",
    "<?",
    "<textarea>",
    "</textarea>",
    "<pre>",
    "</pre>",
    "<li>",
    "</li>",
    "<h1>",
    "</h1>",
    "<body class='" WORDS "'>",
    "<isindex prompt='" WORDS "'>",
    "<desc>",
    "</desc>",
    "<foreignObject>",
    "<input type=hidden>",
    "<caption>",
    "<col>",
    "<script>",
    "</script>",
    "<noscript>",
    "</noscript>",
    "<nobr>",
    "</br>",
    "<p>Buy</p>",
    "<option>",
    "<dd>",
    "<button>",
    "</button>",
    "<plaintext>",
    "<!doctype html>",
    "\f",
    "<head>",
    "</head>",
    "</body>",
    "</html>",
    "<object>",
    "</object>",
    "<tbody>",
    "</tbody>",
    "<div>",
    "</div>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<blockquote>",
    "</blockquote>",
    "<center>",
    "</center>",
    "<h2>",
    "</h2>",
    "<br>",
    "<hr>",
    "<img src=x>",
    "<meta a=b>",
    "<span>",
    "</span>",
    "<i>",
    "</i>",
    "<font>",
    "</font>",
    "<u>",
    "</u>",
    "<o:p>",
    "</o:p>",
    "<div>" WORDS "</div>",
    "<p>" WORDS "</p>",
    "<p><b>" WORDS "</b></p>",
    "<p><a>" WORDS "</a></p>",
    "<li><i>" WORDS "</i></li>",
    "<div><p>" WORDS "</p></div>",
    "<h1>" WORDS "</h1>",
    "<div><table><td>" WORDS "</table></div>",
    "<ul><li>" WORDS "</li></ul>",
    "<p><span>" WORDS "</span></p>",
    "<div><b><p>" WORDS "</p></b></div>",
    "<div><img src='" WORDS "'></div>",
    "<div>" WORDS "<hr></div>",
    "<caption>" WORDS,
    "<a>" WORDS "</a>",
    "<a><i>x</i></a>",
    "<a class='" WORDS "'><img></a>",
    "<span>" WORDS "</span>",
    "<span class='" WORDS "'>",
    "<form action='" WORDS "'>",
    "<tr class='" WORDS "'>",
    "<p class='" WORDS "'/>",
    "<mi>",
    "<mglyph>x</mglyph>",
    "<p></p>",
    "<li>x</li>",
    "<h3>x</h3>",
};

static GBytes *
write_page (const uint8_t *data, size_t count, size_t *places)
{
    GString *page = g_string_new (NULL);

    for (size_t i = 0; i < count; i++) {
        places[i] = page->len;
        g_string_append (page, pieces[data[i] % G_N_ELEMENTS (pieces)]);
    }
    places[count] = page->len;
    return g_string_free_to_bytes (page);
}

static void
check_cut (GBytes *before, size_t start, size_t end)
{
    g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    CutRange range = { start, end, NULL };
    size_t offset = 0;

    g_array_append_val (ranges, range);
    g_autoptr (GBytes) after = cut_decoded (before, ranges);
    bool whole = judge_cut_whole (before, ranges, after, &offset);
    for (int depth = SQUEEZE_TEXTS; depth <= SQUEEZE_BLOCKS; depth++) {
        JudgeVerdict verdict =
            judge_cut_at (before, ranges, after, (SqueezeDepth)depth, &offset);
        g_assert_cmpuint (offset, <=, g_bytes_get_size (before));
        if (verdict == JUDGE_UNSURE)
            continue;
        if ((verdict == JUDGE_RIGHT) != whole)
            g_error ("depth %d, cut %zu to %zu: %d of %.*s", depth, start, end, verdict,
                     (int)g_bytes_get_size (before),
                     (const char *)g_bytes_get_data (before, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    size_t places[MOST_PIECES + 1];

    if (size < 3 || size > MOST_PIECES + 2)
        return 0;
    g_autoptr (GBytes) page = write_page (data + 2, size - 2, places);
    size_t first = data[0] % (size - 2), most = size - 2 - first;
    check_cut (page, places[first], places[first + 1 + data[1] % most]);
    return 0;
}
