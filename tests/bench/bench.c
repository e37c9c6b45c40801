/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * bench [FILE|FOLDER…]: how fast mail is read, classified and cut, in MB for each second of processor
 * time, next to gumbo and GMime on the same mail in the same run. All are measured in turn in every
 * round, so that what slows the machine down slows all of them; the median counts. Without arguments
 * it writes newsletters of its own; a folder is one row, and its ten slowest mails. It asserts nothing.
 */

#include <gmime/gmime.h>
#include <gumbo.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../milter/classify/disguise.h"
#include "../../milter/message/html.h"
#include "../../milter/message/layout.h"
#include "../../milter/message/prescan.h"
#include "licet/classify.h"
#include "licet/message.h"

#define ROUNDS 15

/* Of a folder, whose mails are many. */
#define FOLDER_ROUNDS 3
#define MOST_SLOWEST  10

/* What a mail of a few bytes takes is no matter of its bytes. */
#define START_SECONDS 0.0005

typedef struct {
    GBytes *bytes;
    Message *message;
    int leaf;         /* the HTML leaf, or -1 */
    GPtrArray *edits; /* one cut of an element in its middle; empty when none is possible */
    const Words *words;
    const Model *model;
    bool searched; /* what is called promotional at first sight is not */
} Mail;

/* What every reader must do; or the page, and its cut, where there is one. */
typedef enum { OF_MESSAGE, OF_PAGE, OF_CUT } Share;

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
        g_bytes_get_data (message_leaf (mail->message, (unsigned)mail->leaf)->content, &length);
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
        g_bytes_get_data (message_leaf (mail->message, (unsigned)mail->leaf)->content, &length);

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

static void
run_classify (const Mail *mail)
{
    g_autoptr (Classification) result =
        classify (mail->message, mail->words, mail->model, NULL);
}

/* Of every mail here. */
static void
run_search (const Mail *mail)
{
    g_autoptr (Classification) result = classification_new ();

    result->class = CLASS_TRANSACTIONAL;
    disguise_find (result, mail->message, mail->words, false);
}

enum { PARSE = 3, CLASSIFY, SEARCH, CUT, GUMBO };

static const struct {
    const char *name;
    void (*run) (const Mail *mail);
    Share share;
} contenders[] = {
    { "prescan", run_prescan, OF_MESSAGE },   { "MIME map", run_map, OF_MESSAGE },
    { "HTML scan", run_html, OF_PAGE },       { "parse", run_parse, OF_MESSAGE },
    { "classify", run_classify, OF_MESSAGE }, { "search", run_search, OF_MESSAGE },
    { "cut+proof", run_cut, OF_CUT },         { "gumbo", run_gumbo, OF_PAGE },
    { "GMime", run_gmime, OF_MESSAGE },
};

/* Of one mail, or of a folder. */
typedef struct {
    size_t bytes[G_N_ELEMENTS (contenders)]; /* 0 where it does not apply */
    double seconds[G_N_ELEMENTS (contenders)];
    double gumbo_cut; /* seconds of gumbo on the pages that are cut */
    unsigned mails;
} Result;

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
measure (void (*run) (const Mail *mail), const Mail *mail, double least)
{
    double start = used_seconds (), end = start;
    unsigned times = 0;

    do {
        run (mail);
        times++;
        end = used_seconds ();
    } while (end - start < least);
    return (end - start) / times;
}

static size_t
bytes_for (const Mail *mail, Share share)
{
    switch (share) {
    case OF_MESSAGE:
        return g_bytes_get_size (mail->bytes);
    case OF_PAGE:
        return mail->leaf < 0
                   ? 0
                   : g_bytes_get_size (
                         message_leaf (mail->message, (unsigned)mail->leaf)->content);
    case OF_CUT:
        return mail->edits->len > 0 ? g_bytes_get_size (mail->bytes) : 0;
    }
    g_assert_not_reached ();
}

static Result
measure_mail (const Mail *mail, unsigned rounds, double least)
{
    double seconds[G_N_ELEMENTS (contenders)][ROUNDS] = { { 0 } };
    Result result = { .mails = 1 };

    for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++)
        result.bytes[i] = bytes_for (mail, contenders[i].share);
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++)
            if (result.bytes[i] > 0)
                seconds[i][round] = measure (contenders[i].run, mail, least);
    for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++) {
        qsort (seconds[i], rounds, sizeof (double), compare_doubles);
        result.seconds[i] = seconds[i][rounds / 2];
    }
    if (mail->searched)
        result.seconds[CLASSIFY] = MAX (result.seconds[CLASSIFY] - result.seconds[SEARCH], 0);
    result.gumbo_cut = result.bytes[CUT] > 0 ? result.seconds[GUMBO] : 0;
    return result;
}

static void
add_result (Result *sum, const Result *one)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++) {
        sum->bytes[i] += one->bytes[i];
        sum->seconds[i] += one->seconds[i];
    }
    sum->gumbo_cut += one->gumbo_cut;
    sum->mails += one->mails;
}

static void
print_head (void)
{
    printf ("%-24s %7s", "MB/s", "kB");
    for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++)
        printf (" %9s", contenders[i].name);
    printf (" %9s %9s %9s\n", "cut:gumbo", "searched", "ms/mail");
}

/* "classify" is without the search for disguise. The last columns: how many times what gumbo takes
 * for a page is what a cut of it takes; what classifying takes with the search, as times of what it
 * takes without; and milliseconds to parse, classify and search one mail. */
static void
print_result (const char *name, const Result *result)
{
    printf ("%-24.24s %7.0f", name, (double)result->bytes[0] / 1e3);
    for (unsigned i = 0; i < G_N_ELEMENTS (contenders); i++)
        if (result->seconds[i] > 0)
            printf (" %9.1f", (double)result->bytes[i] / 1e6 / result->seconds[i]);
        else
            printf (" %9s", "-");
    if (result->gumbo_cut > 0)
        printf (" %9.2f", result->seconds[CUT] / result->gumbo_cut);
    else
        printf (" %9s", "-");
    double knowing = result->seconds[CLASSIFY] + result->seconds[SEARCH];
    printf (" %9.2f", knowing / MAX (result->seconds[CLASSIFY], result->seconds[SEARCH] / 100));
    printf (" %9.3f\n", 1e3 * (result->seconds[PARSE] + knowing) / result->mails);
}

/* The element in the middle of the page that can be cut. */
static void
choose_cut (Mail *mail)
{
    unsigned count = message_element_count (mail->message, (unsigned)mail->leaf);

    for (unsigned i = count / 2; i < count; i++) {
        const LeafElement *element = message_element (mail->message, (unsigned)mail->leaf, i);
        g_ptr_array_set_size (mail->edits, 0);
        if (!element->whole || element->hidden)
            continue;
        g_ptr_array_add (mail->edits, edit_cut_new ("strip", (unsigned)mail->leaf,
                                                    element->start, element->end, "", NULL));
        g_autoptr (GBytes) result = message_render (mail->message, mail->edits, NULL);
        if (result)
            return;
    }
    g_ptr_array_set_size (mail->edits, 0);
}

typedef struct {
    Words *words;
    Model *model;
} Knowledge;

/* Whether classifying it takes the search, too. */
static bool
is_searched (const Mail *mail)
{
    g_autoptr (Classification) result =
        classify (mail->message, mail->words, mail->model, NULL);
    bool found = result->class != CLASS_PROMOTIONAL;

    for (unsigned i = 0; i < result->evidence->len; i++) {
        const Evidence *entry = g_ptr_array_index (result->evidence, i);
        found = found || g_str_has_prefix (entry->signal, "reading-") ||
                g_str_has_prefix (entry->signal, "disguise-");
    }
    return found;
}

/* False for what is no mail. */
static bool
take_mail (const Knowledge *knowledge, GBytes *bytes, unsigned rounds, double least,
           Result *ret_result)
{
    g_autoptr (Message) message = message_parse (bytes, NULL);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);

    if (!message)
        return false;
    Mail mail = { .bytes = bytes, .message = message, .edits = edits };
    mail.words = knowledge->words;
    mail.model = knowledge->model;
    mail.leaf = message_main_leaf (message);
    if (mail.leaf >= 0 && message_leaf (message, (unsigned)mail.leaf)->kind != LEAF_HTML)
        mail.leaf = -1;
    if (mail.leaf >= 0)
        choose_cut (&mail);
    mail.searched = is_searched (&mail);
    *ret_result = measure_mail (&mail, rounds, least);
    return true;
}

/* As on the wire. */
static GBytes *
load_mail (const char *path)
{
    g_autofree char *data = NULL;
    size_t length = 0;

    if (!g_file_get_contents (path, &data, &length, NULL))
        return NULL;
    GString *text = g_string_new_len (data, (gssize)length);
    if (!memmem (data, length, "\r\n", 2))
        g_string_replace (text, "\n", "\r\n", 0);
    return g_string_free_to_bytes (text);
}

typedef struct {
    char *path;
    Result result;
} Timed;

static double
seconds_per_byte (const Timed *timed)
{
    const Result *result = &timed->result;

    return (result->seconds[PARSE] + result->seconds[CLASSIFY] + result->seconds[SEARCH] -
            START_SECONDS) /
           (double)result->bytes[PARSE];
}

static int
compare_timed (const void *a, const void *b)
{
    double first = seconds_per_byte (a), second = seconds_per_byte (b);

    return first < second ? 1 : first > second ? -1 : 0;
}

static void
time_folder (const Knowledge *knowledge, const char *path, GArray *found)
{
    g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
    const char *name = NULL;

    while (folder && (name = g_dir_read_name (folder))) {
        Timed timed = { .path = g_build_filename (path, name, NULL) };
        g_autoptr (GBytes) bytes = NULL;
        if (g_file_test (timed.path, G_FILE_TEST_IS_DIR))
            time_folder (knowledge, timed.path, found);
        else
            bytes = load_mail (timed.path);
        if (bytes && take_mail (knowledge, bytes, FOLDER_ROUNDS, 0.0003, &timed.result))
            g_array_append_val (found, timed);
        else
            g_free (timed.path);
    }
}

static void
take_folder (const Knowledge *knowledge, const char *path)
{
    g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Timed));
    Result sum = { 0 };

    time_folder (knowledge, path, found);
    g_array_sort (found, compare_timed);
    for (unsigned i = 0; i < found->len; i++)
        add_result (&sum, &g_array_index (found, Timed, i).result);
    g_autofree char *name = g_strdup_printf ("%u mails, all", sum.mails);
    print_result (name, &sum);
    printf ("the slowest, in ms for each MB beyond %.1f ms:\n", 1e3 * START_SECONDS);
    for (unsigned i = 0; i < found->len; i++) {
        const Timed *timed = &g_array_index (found, Timed, i);
        double megabytes = (double)timed->result.bytes[PARSE] / 1e6;
        if (i < MOST_SLOWEST)
            printf ("  %5.0f of parse %.0f + classify %.0f + search %.0f, %.0f kB  %s\n",
                    1e9 * seconds_per_byte (timed),
                    1e3 * timed->result.seconds[PARSE] / megabytes,
                    1e3 * timed->result.seconds[CLASSIFY] / megabytes,
                    1e3 * timed->result.seconds[SEARCH] / megabytes, 1e3 * megabytes,
                    timed->path + strlen (path));
        g_free (timed->path);
    }
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
write_mail (const Knowledge *knowledge, const char *name, unsigned rows, const char *encoding)
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
    Result result;
    if (take_mail (knowledge, bytes, ROUNDS, 0.002, &result))
        print_result (name, &result);
}

/* As a shop writes when an order was sent. */
static void
write_small_mail (const Knowledge *knowledge)
{
    static const char mail[] =
        "From: Shop <orders@shop.example>\r\nTo: Ana <ana@example.com>\r\n"
        "Subject: Your order 4711 is on its way\r\nDate: Tue, 24 Nov 2026 15:00:00 +0000\r\n"
        "Message-ID: <4711@shop.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        "Dear Ana,\r\n\r\nyour order 4711 has been sent today and will be with you in two "
        "days.\r\n\r\n"
        "1 x Kettle, blue      39,90 EUR\r\n2 x Cup, white        15,80 EUR\r\n"
        "Shipping               4,90 EUR\r\nTotal                 60,60 EUR\r\n\r\n"
        "Follow your parcel: https://shop.example/track/JJD0003344556677\r\n\r\n"
        "If something is wrong, write to help@shop.example or call +49 30 1234567.\r\n\r\n"
        "Shop Ltd, 1 High Street, Exampletown\r\n";
    g_autoptr (GBytes) bytes = g_bytes_new_static (mail, strlen (mail));
    Result result;

    if (take_mail (knowledge, bytes, ROUNDS, 0.002, &result))
        print_result ("small mail", &result);
}

static void
take_file (const Knowledge *knowledge, const char *path)
{
    g_autoptr (GBytes) bytes = load_mail (path);
    g_autofree char *name = g_path_get_basename (path);
    Result result;

    if (bytes && take_mail (knowledge, bytes, ROUNDS, 0.002, &result))
        print_result (name, &result);
    else
        printf ("%-24.24s is no mail\n", name);
}

int
main (int argc, char **argv)
{
    const char *policies = g_getenv ("LICET_POLICIES");
    g_autofree char *words = g_build_filename (policies ? policies : "policies", "words", NULL);
    g_autofree char *model =
        g_build_filename (policies ? policies : "policies", "model", "general.cfg", NULL);
    Knowledge knowledge = { words_load (words, NULL), model_load (model, NULL) };

    g_mime_init ();
    if (!knowledge.words || !knowledge.model) {
        fprintf (stderr, "bench: no words or no model; LICET_POLICIES names their folder\n");
        return 1;
    }
    print_head ();
    if (argc == 1) {
        write_small_mail (&knowledge);
        write_mail (&knowledge, "newsletter, 60 kB", 134, "quoted-printable");
        write_mail (&knowledge, "newsletter, 8bit", 60, "8bit");
        write_mail (&knowledge, "newsletter, quoted", 60, "quoted-printable");
        write_mail (&knowledge, "newsletter, base64", 60, "base64");
        write_mail (&knowledge, "long page, quoted", 1500, "quoted-printable");
    }
    for (int i = 1; i < argc; i++)
        if (g_file_test (argv[i], G_FILE_TEST_IS_DIR))
            take_folder (&knowledge, argv[i]);
        else
            take_file (&knowledge, argv[i]);
    words_unref (knowledge.words);
    model_unref (knowledge.model);
    return 0;
}
