/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Any bytes, and what becomes of them when lines are moved, repeated, left out and put in: whatever licet calls
 * plain, GMime sees alike, so that it need not be asked (milter/message/structure.h).
 */

#include <stdint.h>
#include <string.h>

#include "../../milter/message/layout.h"
#include "../../milter/message/witness.h"

#ifndef MUTANTS
#define MUTANTS 40
#endif
#define MOST_LINES 400

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const lines[] = {
    "\r\n",
    " \r\n",
    "--\r\n",
    "-- \r\n",
    "----\r\n",
    "--=_s\r\n",
    "--=_s--\r\n",
    "--=_s2\r\n",
    "--=_s2--\r\n",
    "--a\r\n",
    "--a--\r\n",
    "--a \r\n",
    "text",
    "x\r\n",
    "x\n",
    "x\ry\r\n",
    "From x\r\n",
    "From: a@example.org\r\n",
    "MIME-Version: 1.0\r\n",
    "Subject:\r\n",
    "Content-Type: text/plain\r\n",
    "Content-Type: text/html; charset=utf-8\r\n",
    "Content-Type: text/html;\r\n charset=\"iso-8859-1\";\r\n\tformat=flowed\r\n",
    "Content-Type: text/html; charset=\"utf-8\" (x)\r\n",
    "Content-Type: text/html; charset=utf-8;\r\n",
    "Content-Type: multipart/mixed; boundary=a\r\n",
    "Content-Type: multipart/mixed; boundary=\"=_s\"\r\n",
    "Content-Type: multipart/alternative;\r\n boundary=\"=_s2\"\r\n",
    "Content-Type: multipart/mixed; boundary=\"a b\"\r\n",
    "Content-Type: multipart/mixed; boundary=\" a\"\r\n",
    "Content-Type: multipart/mixed; x=\"boundary=a\"; boundary=\"a;b\"\r\n",
    "Content-Type: multipart/digest; boundary=a\r\n",
    "Content-Type: multipart/signed; boundary=a\r\n",
    "Content-Type: message/rfc822\r\n",
    "Content-Type: application/pdf; name=\"a;b=c\"\r\n",
    "Content-Type: application/octet-stream; name*=utf-8''a\r\n",
    "Content-Type: TEXT/Plain; CharSet=US-ascii\r\n",
    "Content-Disposition: attachment; filename=\"a.pdf\"; size=3\r\n",
    "Content-Disposition: inline\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding:\r\n quoted-printable\r\n",
    "Content-Transfer-Encoding: 8bit \r\n",
    "Content-Transfer-Encoding: x-uuencode\r\n",
    "Content-ID: <a@example.org>\r\n",
    "Content-Length: 3\r\n",
    "Content-Foo: x\r\n",
};

static void
check (GBytes *bytes)
{
    g_autoptr (Layout) layout = layout_read (bytes, false, NULL);

    if (!layout || layout->dangerous || layout->structure->ambiguity ||
        !layout->structure->plain)
        return;
    witness_compare (bytes, layout->structure);
    if (!layout->structure->ambiguity)
        return;
    g_file_set_contents ("not-plain.eml", g_bytes_get_data (bytes, NULL),
                         (gssize)g_bytes_get_size (bytes), NULL);
    g_error ("not-plain.eml is plain, but: %s", layout->structure->ambiguity);
}

static GPtrArray *
split (GBytes *bytes)
{
    GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
    size_t size = 0, at = 0;
    const char *data = g_bytes_get_data (bytes, &size);

    while (at < size) {
        const char *newline =
            list->len < MOST_LINES ? memchr (data + at, '\n', size - at) : NULL;
        size_t end = newline ? (size_t)(newline - data) + 1 : size;
        g_ptr_array_add (list, g_bytes_new_from_bytes (bytes, at, end - at));
        at = end;
    }
    return list;
}

static void
insert (GPtrArray *list, guint32 at, GBytes *line)
{
    g_ptr_array_insert (list, (int)(at % (list->len + 1)), line);
}

static GBytes *
change_byte (GRand *random, GBytes *line)
{
    static const char odd[] = "-\r\n \t\"\\;:=?*()/a\x80";
    size_t size = 0;
    char *copy = NULL;

    g_bytes_get_data (line, &size);
    copy = g_memdup2 (g_bytes_get_data (line, NULL), size);
    copy[g_rand_int (random) % size] = odd[g_rand_int (random) % (sizeof odd - 1)];
    return g_bytes_new_take (copy, size);
}

static void
mutate (GRand *random, GPtrArray *list)
{
    guint32 at = g_rand_int (random), other = g_rand_int (random);
    GBytes *line = list->len > 0 ? list->pdata[at % list->len] : NULL;

    switch (line ? g_rand_int (random) % 5 : 0) {
    case 0: {
        const char *text = lines[other % G_N_ELEMENTS (lines)];
        insert (list, at, g_bytes_new_static (text, strlen (text)));
        return;
    }
    case 1:
        insert (list, other, g_bytes_ref (line));
        return;
    case 2:
        insert (list, at, g_bytes_ref (list->pdata[other % list->len]));
        g_ptr_array_remove_index (list, other % list->len);
        return;
    case 3:
        insert (list, at, change_byte (random, line));
        g_ptr_array_remove_index (list, at % (list->len - 1) + 1);
        return;
    default:
        g_ptr_array_remove_index (list, at % list->len);
    }
}

static GBytes *
join (const GPtrArray *list)
{
    GByteArray *whole = g_byte_array_new ();

    for (unsigned i = 0; i < list->len; i++) {
        gsize size = 0;
        const void *data = g_bytes_get_data (list->pdata[i], &size);
        g_byte_array_append (whole, data, (guint)size);
    }
    return g_byte_array_free_to_bytes (whole);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autoptr (GRand) random = g_rand_new_with_seed (g_bytes_hash (bytes));

    check (bytes);
    for (unsigned i = 0; i < MUTANTS; i++) {
        g_autoptr (GPtrArray) list = split (bytes);
        for (guint32 changes = 1 + g_rand_int (random) % 4; changes > 0; changes--)
            mutate (random, list);
        g_autoptr (GBytes) mutant = join (list);
        check (mutant);
    }
    return 0;
}
