/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * All of an SPF record, as if no term matched: what it costs at worst, and which of its parts do
 * not work. A receiver stops at the first match, so what comes late in the record hurts some
 * senders only, and those later.
 */

#include <string.h>

#include "spf_client.h"

enum { MOST_DEPTH = 12, MOST_MX = 10 };

typedef struct {
    const DnsSource *source;
    SpfWalk *walk;
    SpfClient client;
    unsigned depth;
} Walker;

static void walk_domain (Walker *walker, const char *domain, const char *via);

void
spf_walk_free (SpfWalk *walk)
{
    if (!walk)
        return;
    g_free (walk->missing);
    g_free (walk->all);
    g_ptr_array_unref (walk->problems);
    g_ptr_array_unref (walk->remarks);
    g_free (walk);
}

static void G_GNUC_PRINTF (2, 3) add_text (GPtrArray *texts, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    char *text = g_strdup_vprintf (format, args);
    va_end (args);
    for (char *c = text; *c; c++)
        if (!g_ascii_isprint (*c)) /* it comes from a stranger's DNS and goes to a terminal */
            *c = '?';
    if (g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL))
        g_free (text);
    else
        g_ptr_array_add (texts, text);
}

/* NULL when there is no sure answer, which is noted. */
static const DnsAnswer *
ask (Walker *walker, const char *name, DnsType type)
{
    const DnsAnswer *answer = dns_lookup (walker->source, name, type);

    if (answer->status == DNS_FOUND || answer->status == DNS_NONE)
        return answer;
    walker->walk->incomplete = true;
    if (!walker->walk->missing)
        walker->walk->missing =
            g_strdup_printf ("%s %s: %s", dns_type_word (type), name, answer->why);
    return NULL;
}

static void
count_void (Walker *walker, const SpfTerm *term, const char *name, DnsType type)
{
    walker->walk->voids++;
    add_text (walker->walk->remarks, "%s leads to nothing: %s has no %s record", term->name,
              name, dns_type_word (type));
}

static void
walk_a (Walker *walker, const SpfTerm *term, const char *name)
{
    DnsType type = walker->client.ipv6 ? DNS_AAAA : DNS_A;
    const DnsAnswer *answer = ask (walker, name, type);

    if (!answer || answer->status == DNS_FOUND)
        return;
    walker->walk->voids++;
    /* A name with addresses of the other family is no mistake. */
    const DnsAnswer *other = ask (walker, name, walker->client.ipv6 ? DNS_A : DNS_AAAA);
    if (other && other->status == DNS_NONE)
        add_text (walker->walk->remarks, "%s leads to nothing: %s has no address", term->name,
                  name);
}

static void
walk_mx (Walker *walker, const SpfTerm *term, const char *name)
{
    const DnsAnswer *answer = ask (walker, name, DNS_MX);

    if (answer && answer->status == DNS_NONE)
        count_void (walker, term, name, DNS_MX);
    if (answer && answer->records->len > MOST_MX)
        add_text (walker->walk->problems, "mx: %s has %u MX records, and receivers stop at %d",
                  name, answer->records->len, MOST_MX);
}

static void
walk_include (Walker *walker, const SpfTerm *term, const char *name)
{
    walk_domain (walker, name, term->name);
}

static void
walk_exists (Walker *walker, const SpfTerm *term, const char *name)
{
    const DnsAnswer *answer = ask (walker, name, DNS_A);

    if (answer && answer->status == DNS_NONE)
        count_void (walker, term, name, DNS_A);
}

static void
walk_ptr (Walker *walker, const SpfTerm *term G_GNUC_UNUSED, const char *name G_GNUC_UNUSED)
{
    add_text (walker->walk->remarks,
              "ptr is slow, unreliable and not to be published (RFC 7208 5.5)");
}

static const struct {
    const char *name;
    void (*walk) (Walker *walker, const SpfTerm *term, const char *name);
} costly[] = {
    { "a", walk_a },           { "mx", walk_mx },   { "include", walk_include },
    { "exists", walk_exists }, { "ptr", walk_ptr }, { "redirect", walk_include },
};

/* The walk ends at "all", which no term after it survives. Returns whether it did. */
static bool
walk_all (Walker *walker, const SpfTerm *term, unsigned after)
{
    if (walker->depth == 1)
        walker->walk->all = g_strdup_printf ("%call", term->qualifier);
    if (after > 0)
        add_text (walker->walk->remarks, "what stands after all is never read");
    return true;
}

static void
walk_term (Walker *walker, const SpfTerm *term, const char *domain)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (costly); i++) {
        if (strcmp (costly[i].name, term->name) != 0)
            continue;
        if (++walker->walk->lookups >= SPF_MOST_WALKED)
            return;
        g_autofree char *name = spf_client_expand (&walker->client, term->value, domain);
        costly[i].walk (walker, term, name);
    }
}

static unsigned
count_mechanisms_after (const SpfRecord *record, unsigned index)
{
    unsigned count = 0;

    for (unsigned i = index + 1; i < record->terms->len; i++)
        count += ((SpfTerm *)g_ptr_array_index (record->terms, i))->qualifier != '=';
    return count;
}

/* Mechanisms first, in their order, then the redirection (RFC 7208 4.6, 6.1). */
static void
walk_record (Walker *walker, const SpfRecord *record, const char *domain)
{
    const SpfTerm *redirect = NULL;
    bool ended = false;

    for (unsigned i = 0; i < record->terms->len && !ended; i++) {
        const SpfTerm *term = g_ptr_array_index (record->terms, i);
        if (strcmp (term->name, "all") == 0)
            ended = walk_all (walker, term, count_mechanisms_after (record, i));
        else if (term->qualifier != '=')
            walk_term (walker, term, domain);
    }
    for (unsigned i = 0; i < record->terms->len; i++) {
        const SpfTerm *term = g_ptr_array_index (record->terms, i);
        redirect = strcmp (term->name, "redirect") == 0 ? term : redirect;
    }
    if (redirect && ended) {
        add_text (walker->walk->remarks, "redirect is never read beside all");
    } else if (redirect) {
        walker->depth--; /* its "all" is ours */
        walk_term (walker, redirect, domain);
        walker->depth++;
    } else if (!ended && walker->depth == 1) {
        add_text (walker->walk->remarks,
                  "the record has no all, so other hosts get a neutral result; right would be "
                  "~all or -all at its end");
    }
}

/* The one record, NULL with a problem noted. Borrowed. */
static const char *
find_record (Walker *walker, const char *domain, const char *via)
{
    const DnsAnswer *answer = ask (walker, domain, DNS_TXT);
    const char *found = NULL;
    unsigned count = 0;

    if (!answer)
        return NULL;
    if (via && answer->status == DNS_NONE)
        walker->walk->voids++;
    for (unsigned i = 0; i < answer->records->len; i++) {
        const char *text = g_ptr_array_index (answer->records, i);
        if (spf_is_record (text)) {
            found = text;
            count++;
        }
    }
    if (count == 1)
        return found;
    if (count > 1)
        add_text (walker->walk->problems, "%s has %u SPF records, where only one may be",
                  domain, count);
    else if (via)
        add_text (walker->walk->problems, "%s: %s has no SPF record", via, domain);
    return NULL;
}

static void
walk_domain (Walker *walker, const char *domain, const char *via)
{
    if (walker->depth >= MOST_DEPTH) {
        add_text (walker->walk->problems, "the records include each other without end");
        return;
    }
    const char *text = find_record (walker, domain, via);
    if (!text)
        return;
    g_autoptr (SpfRecord) record = spf_record_parse (text);
    if (record->problem) {
        add_text (walker->walk->problems, "%s: %s", domain, record->problem);
        return;
    }
    walker->depth++;
    walk_record (walker, record, domain);
    walker->depth--;
}

SpfWalk *
spf_walk (const DnsSource *source, const SpfQuestion *question)
{
    SpfWalk *walk = g_new0 (SpfWalk, 1);
    Walker walker = { .source = source, .walk = walk };

    walk->problems = g_ptr_array_new_with_free_func (g_free);
    walk->remarks = g_ptr_array_new_with_free_func (g_free);
    if (spf_client_init (&walker.client, source, question))
        walk_domain (&walker, walker.client.domain, NULL);
    spf_client_clear (&walker.client);
    return walk;
}
