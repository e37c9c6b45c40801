/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * bench [FILE…]: how fast mail is read and cut, in MB of message for each second of processor time,
 * next to gumbo and GMime on the same mail in the same run. All are measured in turn in every
 * round, so that what slows the machine down slows all of them; the median is printed. Without
 * files it writes newsletters of its own. It asserts nothing.
 */

#include <gmime/gmime.h>
#include <gumbo.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../milter/message/html.h"
#include "../../milter/message/layout.h"
#include "../../milter/message/prescan.h"
#include "licet/message.h"

#define ROUNDS 15

typedef struct {
    const char *name;
    GBytes *bytes;
    Message *message;
    unsigned leaf;    /* the HTML leaf */
    GPtrArray *edits; /* one cut of an element in its middle; empty when none is possible */
} Mail;

static void
run_prescan (const Mail *mail)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (mail->bytes, &length);
    Prescan scan;

    prescan (data, length, &scan);
}

static void
run_map (const Mail *mail)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Structure) structure = NULL;
    size_t length = 0;
    const char *data = g_bytes_get_data (mail->bytes, &length);

    structure = structure_scan (data, length, &error);
    g_assert_no_error (error);
}

static void
run_html (const Mail *mail)
{
    size_t length = 0;
    const char *data =
        g_bytes_get_data (message_leaf (mail->message, mail->leaf)->content, &length);
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, data, length);
    while (html_next (&scanner, &token))
        continue;
}

static void
run_parse (const Mail *mail)
{
    g_autoptr (Message) message = message_parse (mail->bytes, NULL);
}

static void
run_cut (const Mail *mail)
{
    g_autoptr (GBytes) result = message_render (mail->message, mail->edits, NULL);
}

static void
run_gumbo (const Mail *mail)
{
    GumboOptions options = kGumboDefaultOptions;
    size_t length = 0;
    const char *data =
        g_bytes_get_data (message_leaf (mail->message, mail->leaf)->content, &length);

    options.max_errors = 0;
    gumbo_destroy_output (&options, gumbo_parse_with_options (&options, data, length));
}

static void
run_gmime (const Mail *mail)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (mail->bytes, &length);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer (data, length);
    GMimeParser *parser = g_mime_parser_new_with_stream (stream);
    GMimeMessage *message = g_mime_parser_construct_message (parser, NULL);

    if (message)
        g_object_unref (message);
    g_object_unref (parser);
    g_object_unref (stream);
}

static const struct {
    const char *name;
    void (*run) (const Mail *mail);
    bool html; /* reads the decoded page only */
} contenders[] = {
    { "prescan", run_prescan, false }, { "MIME map", run_map, false },
    { "HTML scan", run_html, true },   { "parse", run_parse, false },
    { "cut+proof", run_cut, false },   { "gumbo", run_gumbo, true },
    { "GMime", run_gmime, false },
};

static double
used_seconds (void)
{
    struct timespec now;

    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
compare_doubles (const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return first < second ? -1 : first > second;
}

/* Short runs are repeated until they can be measured. */
static double
measure (void (*run) (const Mail *mail), const Mail *mail)
{
    double start = used_seconds (), end = start;
    unsigned times = 0;

    for (; end - start < 0.002; end = used_seconds ()) {
        run (mail);
        times++;
    }
    return (end - start) / times;
}

static void
print_mail (const Mail *mail)
{
    double seconds[G_N_ELEMENTS (contenders)][ROUNDS];
    size_t page = g_bytes_get_size (message_leaf (mail->message, mail->leaf)->content);
    size_t size = g_bytes_get_size (mail->bytes);

    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++)
            seconds[i][round] = measure (contenders[i].run, mail);
    printf ("%-24s %7.0f kB", mail->name, (double)size / 1e3);
    for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++) {
        qsort (seconds[i], ROUNDS, sizeof (double), compare_doubles);
        double bytes = (double)(contenders[i].html ? page : size);
        if (contenders[i].run == run_cut && mail->edits->len == 0)
            printf (" %10s", "-");
        else
            printf (" %10.1f", bytes / 1e6 / seconds[i][ROUNDS / 2]);
    }
    printf ("\n");
}

/* The element in the middle of the page that can be cut. */
static void
choose_cut (Mail *mail)
{
    unsigned count = message_element_count (mail->message, mail->leaf);

    for (unsigned i = count / 2; i < count; i++) {
        const LeafElement *element = message_element (mail->message, mail->leaf, i);
        g_ptr_array_set_size (mail->edits, 0);
        if (!element->whole || element->hidden)
            continue;
        g_ptr_array_add (mail->edits, edit_cut_new ("strip", mail->leaf, element->start,
                                                    element->end, "", NULL));
        g_autoptr (GBytes) result = message_render (mail->message, mail->edits, NULL);
        if (result)
            return;
    }
    g_ptr_array_set_size (mail->edits, 0);
}

static void
take_mail (const char *name, GBytes *bytes)
{
    g_autoptr (Message) message = message_parse (bytes, NULL);
    Mail mail = { .name = name, .bytes = bytes, .message = message };
    int leaf = message ? message_main_leaf (message) : -1;

    if (leaf < 0 || message_leaf (message, (unsigned)leaf)->kind != LEAF_HTML) {
        printf ("%-24s has no page\n", name);
        return;
    }
    mail.leaf = (unsigned)leaf;
    mail.edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    choose_cut (&mail);
    print_mail (&mail);
    g_ptr_array_unref (mail.edits);
}

static GString *
write_page (unsigned rows)
{
    GString *page = g_string_new (
        "<!DOCTYPE html><html><head><meta "
        "charset=\"utf-8\"><style>.a{color:#333}</style></head>"
        "<body style=\"margin:0\"><table width=\"600\" align=\"center\"><tbody>\r\n");

    for (unsigned i = 0; i < rows; i++)
        g_string_append_printf (
            page,
            "<tr><td class=\"a\" style=\"font-family: Arial, sans-serif; padding: 12px\">\r\n"
            "<table><tr><td><a href=\"https://shop.example/p/%u?utm_source=mail&amp;id=%u\">"
            "<img src=\"https://img.shop.example/%u.jpg\" alt=\"Article %u\" width=\"280\"></a>"
            "</td>\r\n<td><h3>Article %u</h3><p>A sentence about it, with an &uuml;mlaut and "
            "what it costs: %u,99&nbsp;&euro;.</p><p>In stock; delivered "
            "tomorrow.</p></td></tr>"
            "</table></td></tr>\r\n",
            i, i, i, i, i, i % 90);
    g_string_append (page, "</tbody></table></body></html>\r\n");
    return page;
}

static void
append_page (GString *mail, const GString *page, const char *encoding)
{
    if (strcmp (encoding, "base64") == 0) {
        g_autofree char *digits = g_base64_encode ((const guchar *)page->str, page->len);
        for (char *at = digits; *at; at += MIN (strlen (at), 76))
            g_string_append_printf (mail, "%.76s\r\n", at);
        return;
    }
    bool quoted = strcmp (encoding, "quoted-printable") == 0;
    unsigned column = 0;
    for (size_t i = 0; i < page->len; i++) {
        bool line_end = page->str[i] == '\r' || page->str[i] == '\n';
        if (quoted && !line_end && column > 70) {
            g_string_append (mail, "=\r\n");
            column = 0;
        }
        if (quoted && page->str[i] == '=')
            g_string_append (mail, "=3D");
        else
            g_string_append_c (mail, page->str[i]);
        column = line_end ? 0 : column + (page->str[i] == '=' ? 3 : 1);
    }
}

static void
write_mail (const char *name, unsigned rows, const char *encoding)
{
    GString *mail = g_string_new (
        "From: Shop <news@shop.example>\r\nTo: ana@example.com\r\nSubject: News\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_b\"\r\n\r\n"
        "--=_b\r\nContent-Type: text/plain\r\n\r\nNews of our shop.\r\n"
        "--=_b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: ");
    GString *page = write_page (rows);

    g_string_append_printf (mail, "%s\r\n\r\n", encoding);
    append_page (mail, page, encoding);
    g_string_append (mail, "\r\n--=_b--\r\n");
    g_string_free (page, TRUE);
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (mail);
    take_mail (name, bytes);
}

int
main (int argc, char **argv)
{
    g_mime_init ();
    printf ("%-24s %10s", "MB/s, median of rounds", "size");
    for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++)
        printf (" %10s", contenders[i].name);
    printf ("\n");
    if (argc == 1) {
        write_mail ("newsletter, 8bit", 60, "8bit");
        write_mail ("newsletter, quoted", 60, "quoted-printable");
        write_mail ("newsletter, base64", 60, "base64");
        write_mail ("long page, quoted", 1500, "quoted-printable");
    }
    for (int i = 1; i < argc; i++) {
        g_autofree char *data = NULL;
        size_t length = 0;
        if (!g_file_get_contents (argv[i], &data, &length, NULL))
            continue;
        g_autofree char *base = g_path_get_basename (argv[i]);
        GString *text = g_string_new_len (data, (gssize)length);
        if (!memmem (data, length, "\r\n", 2))
            g_string_replace (text, "\n", "\r\n", 0);
        g_autoptr (GBytes) bytes = g_string_free_to_bytes (text);
        base[MIN (strlen (base), 24)] = '\0';
        take_mail (base, bytes);
    }
    return 0;
}
