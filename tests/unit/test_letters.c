/* SPDX-License-Identifier: BSD-2-Clause */

#include <glib.h>
#include <string.h>

#include "licet/utf8.h"
#include "../milter/classify/fold.h"
#include "../milter/classify/letters.h"

typedef struct {
    const char *name;
    const char *text;
    const char *has; /* a line or a part of one */
    const char *lacks;
    bool backwards;
} LetterRow;

static const LetterRow rows[] = {
    { "lower case", "Große SALE", "große sale", NULL, false },
    { "no width", "S\u200ba\u00adl\u2060e\ufe0f", "sale", NULL, false },
    { "strokes", "S\u0336a\u0336l\u0336e\u0336", "sale", NULL, false },
    { "umlauts stay, composed or not", "Schna\u0308ppchen", "schnäppchen", NULL, false },
    { "accents on most letters", "śáĺé", "\nsale", NULL, false },
    { "one accent is spelling", "café", "café", "\ncafe", false },
    { "fullwidth", "ＳＡＬＥ", "sale", NULL, false },
    { "mathematical", "\U0001d412\U0001d41a\U0001d425\U0001d41e", "sale", NULL, false },
    { "negative squared", "\U0001f182\U0001f170\U0001f17b\U0001f174", "sale", NULL, false },
    { "regional", "\U0001f1f8\U0001f1e6\U0001f1f1\U0001f1ea", "sale", NULL, false },
    { "small capitals", "ꜱᴀʟᴇ", "sale", NULL, false },
    { "Cyrillic among Latin", "Sаlе", "sale", "sаlе", false },
    { "Greek among Latin", "cοupοn", "coupon", NULL, false },
    { "a Russian word stays", "Скидка", "скидка", "c", false },
    { "a Greek word beside a Latin one", "Kindle λόγος", "kindle λόγος", NULL, false },
    { "wholly of look-alikes", "ЅАӀЕ", "\nsale", NULL, false },
    { "digits for letters", "s4l3", "\nsale", NULL, false },
    { "a number stays", "2026-10042", "2026-10042", "o", false },
    { "letters apart", "S A L E", "\nsale", NULL, false },
    { "letters with dots", "S.A.L.E", "\nsale", NULL, false },
    { "letters in brackets", "[S][A][L][E]", "\nsale", NULL, false },
    { "Lisu", "\ua4e2\ua4ee\ua4e1\ua4f0", "\nsale", NULL, false },
    { "pieces with hyphens", "gut-sche-in", "\ngutschein", NULL, false },
    { "a compound stays", "E-Mail-Adresse", "e-mail-adresse", "mailadresse", false },
    { "short lines", "gu\nts\nche\nin\nab", "\ngutschein\n", NULL, false },
    { "long lines stay", "this is one\nin the text\nof a letter\nto a friend\n", "letter",
      "oneinthe", false },
    { "drawn out", "saaale", "\nsale", NULL, false },
    { "two of a letter are spelling", "coffee", "coffee", "cofe", false },
    { "two letters are an abbreviation", "z. B.", "z. b.", "zb", false },
    { "turned round", "\u202eelas\u202c", "sale", NULL, false },
    { "all words turned round", "elas tuo", "sale", NULL, true },
};

static void
test_letters (gconstpointer data)
{
    const LetterRow *row = data;
    g_autofree char *plain = letters_plain (row->text, row->backwards);

    g_assert_true (g_utf8_validate (plain, -1, NULL));
    if (!strstr (plain, row->has))
        g_error ("\"%s\" is not in \"%s\"", row->has, plain);
    if (row->lacks && strstr (plain, row->lacks))
        g_error ("\"%s\" is in \"%s\"", row->lacks, plain);
}

/* Pieces must give what the whole gives, wherever they end. */
static void
test_normalise (void)
{
    static const char *const texts[] = {
        "", "a", "a\u0308 ", "がぎぐ", "\u1112\u1161\u11ab", "e\u0301\u0323"
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
        g_autoptr (GString) text = g_string_new (NULL);
        for (unsigned k = 0; k < 300; k++)
            g_string_append (text, texts[i]);
        g_autofree char *whole = g_utf8_normalize (text->str, -1, G_NORMALIZE_NFC);
        g_autofree char *pieces = utf8_normalise (text->str, G_NORMALIZE_NFC);
        g_assert_cmpstr (pieces, ==, whole);
    }
}

/* Each letter between others and before a mark. */
static void
test_normalise_letters (void)
{
    static const GNormalizeMode modes[] = { G_NORMALIZE_NFC, G_NORMALIZE_NFKC,
                                            G_NORMALIZE_NFD };

    for (gunichar letter = 1; letter < 0x20000; letter++) {
        g_autoptr (GString) text = g_string_new ("xe");
        if (!g_unichar_validate (letter))
            continue;
        for (unsigned i = 0; i < 3; i++) {
            g_string_append_unichar (text, letter);
            g_string_append (text, i == 0 ? "\u0301" : i == 1 ? "ἀか" : "e");
        }
        for (unsigned i = 0; i < G_N_ELEMENTS (modes); i++) {
            g_autofree char *whole = g_utf8_normalize (text->str, -1, modes[i]);
            g_autofree char *pieces = utf8_normalise (text->str, modes[i]);
            g_assert_cmpstr (pieces, ==, whole);
        }
    }
}

/* As GLib folds, letter by letter and twice, since the second time they are known. */
static void
test_fold_letters (void)
{
    for (gunichar letter = 1; letter < 0x30000; letter++) {
        g_autoptr (GString) text = g_string_new ("xE");
        if (!g_unichar_validate (letter))
            continue;
        g_string_append_unichar (text, letter);
        g_string_append (text, "Ä x");
        g_string_append_unichar (text, letter);
        g_autofree char *composed = g_utf8_normalize (text->str, -1, G_NORMALIZE_NFC);
        g_autofree char *whole = g_utf8_casefold (composed, -1);
        g_autofree char *folded = fold_case (text->str);
        g_assert_cmpstr (folded, ==, whole);
    }
}

static void
test_folds (void)
{
    static const struct {
        const char *text, *loose, *open;
    } texts[] = {
        { "Grüße  an\tALLE", "grusse an alle", "grusse  an alle" },
        { "l’œuvre – 5\u00a0€", "l’oeuvre – 5 €", "l'œuvre - 5 €" },
        { "ＳＡＬＥ ½", "sale ½", "sale 1⁄2" },
        { "İstanbul’da IŞIK", "istanbul’da isik", "istanbul'da isik" },
        { "ק\u05b8ד", "קד", "קד" },
        { "한글 漢字", "한글 漢字", "\u1112\u1161\u11ab\u1100\u1173\u11af 漢字" },
        { "l`eau", "l`eau", "l`eau" },
        { "", "", "" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
        g_autofree char *loose = fold_loose (texts[i].text);
        g_autofree char *open = fold_open (texts[i].text);
        g_assert_cmpstr (loose, ==, texts[i].loose);
        g_assert_cmpstr (open, ==, texts[i].open);
    }
}

/* Eight bytes at a time as one by one, wherever they begin and end. */
static void
test_eight (void)
{
    g_autoptr (GString) text = g_string_new (NULL);

    for (gunichar letter = 1; letter < 0x1000; letter += 7)
        g_string_append_unichar (text, letter);
    for (unsigned byte = 1; byte < 0x80; byte++)
        g_string_append_c (text, (char)byte);
    for (size_t from = 0; from < text->len; from++) {
        size_t length = MIN (text->len - from, from % 29);
        char lower[32] = "";
        g_autofree char *other = g_ascii_strdown (text->str + from, (gssize)length);
        utf8_lower_ascii (lower, text->str + from, length);
        g_assert_cmpmem (lower, length, other, length);
        if (((guchar)text->str[from] & 0xc0) != 0x80)
            g_assert_cmpint (g_utf8_strlen (text->str + from, -1), ==,
                             utf8_count_letters (text->str + from, text->len - from));
    }
}

/* A megabyte of marks on one letter took minutes as a whole. */
static void
test_long_marks (void)
{
    g_autoptr (GString) text = g_string_new ("a");

    for (unsigned i = 0; i < 200000; i++)
        g_string_append (text, "\u0301\u0316");
    gint64 start = g_get_monotonic_time ();
    g_autofree char *plain = letters_plain (text->str, false);
    g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
    g_assert_true (g_str_has_prefix (plain, "á"));
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/letters/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_letters);
    }
    g_test_add_func ("/letters/fold-letters", test_fold_letters);
    g_test_add_func ("/letters/folds", test_folds);
    g_test_add_func ("/letters/eight", test_eight);
    g_test_add_func ("/utf8/pieces", test_normalise);
    g_test_add_func ("/utf8/letters", test_normalise_letters);
    g_test_add_func ("/utf8/long-marks", test_long_marks);
    return g_test_run ();
}
