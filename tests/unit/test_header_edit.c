/* SPDX-License-Identifier: BSD-2-Clause */

/* Edits of the header: labels of any kind before subjects of any kind, with all else as it was;
 * and that no value begins a field of its own. */

#include <string.h>

#include "licet/error.h"
#include "licet/rewrite.h"

#define BEFORE                                                                                 \
    "Received: from a\r\n\tby b;\r\n  now\r\nFROM: =?utf-8?Q?J=C3=BCrgen?=\r\n "               \
    "<a@b.example>\r\n"
#define AFTER "X-Long: a\r\n \tb\r\nX-Empty:\r\nTo: b@example.org\r\n\r\nbody\r\n"

static Message *
parse_subject (const char *subject)
{
    g_autofree char *text =
        g_strconcat (BEFORE, subject ? "Subject:" : "", subject ? subject : "",
                     subject ? "\r\n" : "", AFTER, NULL);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

/* A recipient whose rule wants the label. */
static GPtrArray *
decide (const char *label)
{
    GPtrArray *decisions = g_ptr_array_new_with_free_func ((GDestroyNotify)decision_free);
    Decision *decision = g_new0 (Decision, 1);
    RuleResult *result = rule_result_new ();

    decision->rules = g_ptr_array_new_with_free_func ((GDestroyNotify)rule_result_free);
    decision->outcome = OUTCOME_DELIVER;
    result->id = g_strdup ("KR-LABEL");
    result->kind = g_strdup ("subject-label");
    result->verdict = VERDICT_VIOLATED;
    result->action = ACTION_FIX;
    result->mode = MODE_ENFORCE;
    result->fix = g_strdup (label);
    g_ptr_array_add (decision->rules, result);
    g_ptr_array_add (decisions, decision);
    return decisions;
}

static GBytes *
render_label (const Message *message, const char *label, const char *tag, GError **error)
{
    g_autoptr (GPtrArray) decisions = decide (label);
    g_autoptr (Classification) classification = classification_new ();
    RewriteOptions options = { .tag_header = tag };

    classification->class = CLASS_PROMOTIONAL;
    g_autoptr (GPtrArray) variants =
        rewrite_variants (message, classification, decisions, &options);
    const Variant *variant = g_ptr_array_index (variants, 0);
    return message_render (message, variant->edits, error);
}

/* Every encoded word by itself is UTF-8, and has at most 75 characters. */
static void
check_words (const char *value)
{
    for (const char *at = value; (at = strstr (at, "=?utf-8?Q?"));) {
        const char *text = at + strlen ("=?utf-8?Q?"), *end = strstr (text, "?=");
        g_assert_nonnull (end);
        g_autoptr (GString) bytes = g_string_new (NULL);
        for (; text < end; text += *text == '=' ? 3 : 1)
            g_string_append_c (bytes, *text == '='
                                          ? (char)g_ascii_strtoull (
                                                (char[]){ text[1], text[2], '\0' }, NULL, 16)
                                          : *text);
        g_assert_true (g_utf8_validate (bytes->str, (gssize)bytes->len, NULL));
        g_assert_cmpint (end + 2 - at, <=, 75);
        at = end;
    }
}

/* RFC 5322 2.1.1, unless the line was as long before. */
static void
check_lines (const char *field, const char *old)
{
    g_auto (GStrv) lines = g_strsplit (field, "\r\n", -1);

    for (char **line = lines; *line; line++) {
        gsize limit = strstr (*line, "=?") ? 76 : 78;
        g_assert_null (strpbrk (*line, "\r\n"));
        if (line != lines && **line) {
            g_assert_true (**line == ' ' || **line == '\t');
            g_assert_cmpuint (strspn (*line, " \t"), <, strlen (*line));
        }
        if (strlen (*line) > limit && !(old && strstr (old, *line + 1)))
            g_assert_cmpuint (strlen (*line), <=, limit);
    }
}

static void
check_label (const char *label, const char *subject)
{
    g_autoptr (Message) message = parse_subject (subject);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) result = render_label (message, label, "", &error);
    g_autofree char *want = g_strconcat (label, message_subject (message), NULL);

    g_assert_no_error (error);
    g_autofree char *text =
        g_strndup (g_bytes_get_data (result, NULL), g_bytes_get_size (result));
    g_autoptr (Message) after = message_parse (result, &error);
    g_assert_no_error (error);
    g_autofree char *got = g_strdup (message_subject (after));
    g_assert_cmpstr (g_strchomp (got), ==, g_strchomp (want));
    const HeaderField *field =
        message_field (after, (unsigned)message_find_field (after, "Subject"));
    g_autofree char *line = g_strndup (text + field->start, field->end - field->start);
    /* All else stands as it stood, and what was the subject is still in it. */
    g_assert_cmpstr (text + field->end, ==, subject ? AFTER : BEFORE AFTER);
    g_assert_true (!subject || g_str_has_prefix (text, BEFORE));
    g_assert_cmpuint (message_field_count (after), ==,
                      message_field_count (message) + (subject ? 0 : 1));
    if (subject)
        g_assert_nonnull (strstr (line, subject + strspn (subject, " \t")));
    check_words (line);
    check_lines (line, subject);
}

#define A50  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A200 A50 A50 A50 A50

static const char *const labels[] = {
    "ADV ",
    "[publicité] ",
    "<광고> ",
    "(広告)お知らせのメール、たいへん長い表示、たいへん長い表示、たいへん長い表示 ",
    "💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶💶 ",
    "=?utf-8?Q?not_a_word?= ",
    "A label of plain words that goes on for longer than a line of mail may be, so it says ",
    A200 " ",
};

static const char *const subjects[] = {
    NULL,
    "",
    " ",
    " plain",
    "no blank after the colon",
    " =?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
    " =?utf-8?B?R3LDvMOfZQ==?=\r\n =?utf-8?B?IHp1bQ==?=",
    " =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?Q?_aus_K=C3=B6ln?=",
    "\r\n folded at once",
    "\r\n =?iso-8859-1?Q?=E9?=",
    " seventy characters and more of a subject that nobody would ever want to read in full",
    " one\r\n\ttwo\r\n  three",
    " raw \xc3\xa9 bytes",
    " " A200 A200 A200 A200 A200,
    " " A50 "aaaaaaaaaaaaaa",
    " " A50 "aaaaaaaaaaaaa",
    " a =?utf-8?Q?=C3=A9?= " A50,
};

static void
test_labels (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (labels); i++)
        for (unsigned j = 0; j < G_N_ELEMENTS (subjects); j++)
            check_label (labels[i], subjects[j]);
}

/* Policies are read with such labels refused; should one come through, the mail is not sent. */
static void
test_label_with_lines (void)
{
    static const char *const bad[] = { "ADV\r\nBcc: x@example.org\r\n ", "ADV\nX: y ", "A\rB ",
                                       "ADV\r\n\r\nbody " };

    for (unsigned i = 0; i < G_N_ELEMENTS (bad); i++) {
        g_autoptr (Message) message = parse_subject (" x");
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) result = render_label (message, bad[i], "", &error);
        g_assert_null (result);
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    }
}

/* Whatever fields a stranger sends, none of them gets into what licet writes. */
static void
test_control_values (void)
{
    g_autofree char *text = g_strdup (
        "Subject: x\r\nX-Licet-Purpose: offer\r\n X-Injected: a\r\nx-licet-CLASS: "
        "promotional;\r\n\tb\r\nX-Licet-Territory: DE\r\nX-Licet-Campaign: =?utf-8?Q?"
        "a=0D=0ABcc:_b?=\r\nX-Licet-Route: split\r\nX-Mail-Class: forged\r\n\r\nbody\r\n");
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    g_autoptr (Message) message = message_parse (bytes, &error);
    g_assert_no_error (error);
    g_autoptr (GBytes) result = render_label (message, "ADV ", "X-Mail-Class", &error);

    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result),
                     "X-Mail-Class: promotional; purpose=none; promo-share=0.00\r\n"
                     "Subject: ADV x\r\n\r\nbody\r\n",
                     strlen ("X-Mail-Class: promotional; purpose=none; promo-share=0.00\r\n"
                             "Subject: ADV x\r\n\r\nbody\r\n"));
}

/* A value with each byte in the middle: it is written as one field, or refused. */
static void
test_every_byte (void)
{
    for (unsigned byte = 1; byte < 256; byte++) {
        g_autoptr (Message) message = parse_subject (" x");
        g_autoptr (GPtrArray) edits =
            g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
        char value[] = { 'a', (char)byte, 'B', 'c', 'c', ':', ' ', 'x', '\0' };
        g_autoptr (GError) error = NULL;
        g_ptr_array_add (edits,
                         edit_header_new (EDIT_HEADER_INSERT, "tag", 0, "X-Tag", value, NULL));
        g_autoptr (GBytes) result = message_render (message, edits, &error);
        if (byte == '\r' || byte == '\n') {
            g_assert_null (result);
            continue;
        }
        g_assert_no_error (error);
        g_autoptr (Message) after = message_parse (result, &error);
        g_assert_no_error (error);
        g_assert_cmpuint (message_field_count (after), ==, message_field_count (message) + 1);
        g_assert_cmpint (message_find_field (after, "Bcc"), ==, -1);
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/header-edit/labels", test_labels);
    g_test_add_func ("/header-edit/label-with-lines", test_label_with_lines);
    g_test_add_func ("/header-edit/control-values", test_control_values);
    g_test_add_func ("/header-edit/every-byte", test_every_byte);
    return g_test_run ();
}
