/* SPDX-License-Identifier: BSD-2-Clause */

/* What a stranger's DNS may send: the message, and the texts in it. The first byte is the type that was
 * asked for. */

#include <string.h>

#include "../../milter/sign/preflight_parts.h"
#include "../../milter/sign/spf_client.h"
#include "../../milter/sign/tags.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const DnsAnswer *
look_up (void *data, const char *name G_GNUC_UNUSED, DnsType type G_GNUC_UNUSED)
{
    return data;
}

static void
read_text (const DnsSource *source, const char *text)
{
    static const SpfQuestion question = { "2001:db8::1", "mail.test", "a@b.test" };
    g_autoptr (TagList) tags = tag_list_parse (text);

    if (!spf_is_record (text))
        return;
    g_autoptr (SpfRecord) record = spf_record_parse (text);
    SpfClient client = { 0 };
    g_assert (spf_client_init (&client, source, &question));
    for (unsigned i = 0; !record->problem && i < record->terms->len; i++) {
        const SpfTerm *term = g_ptr_array_index (record->terms, i);
        g_autofree char *name = strncmp (term->name, "ip", 2) == 0 || term->qualifier == '='
                                    ? NULL
                                    : spf_client_expand (&client, term->value, "b.test");
        g_assert (!name || strlen (name) <= 253);
    }
    spf_client_clear (&client);
    g_assert (spf_check (source, &question) <= SPF_ANSWER_UNKNOWN);
    g_autoptr (SpfWalk) walk = spf_walk (source, &question);
    g_assert (walk->lookups <= SPF_MOST_WALKED * 2);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static const DnsType types[] = { DNS_A, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA };

    if (size == 0)
        return 0;
    g_autoptr (DnsAnswer) answer =
        dns_answer_read (data + 1, size - 1, "b.test", types[data[0] % G_N_ELEMENTS (types)]);
    DnsSource source = { look_up, answer };
    g_assert ((answer->status == DNS_FOUND) == (answer->records->len > 0));
    for (unsigned i = 0; i < answer->records->len; i++)
        read_text (&source, g_ptr_array_index (answer->records, i));
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autoptr (PreflightReport) report = preflight_report_unpack (bytes, NULL);
    return 0;
}
