/* SPDX-License-Identifier: BSD-2-Clause */

/* The syntax of an SPF record (RFC 7208 12), read strictly: one error makes all of it void. */

#include <arpa/inet.h>
#include <string.h>

#include "spf.h"

typedef enum {
    VALUE_NONE,
    VALUE_DOMAIN_OPTIONAL,
    VALUE_DOMAIN_PREFIX, /* optional, with prefix lengths */
    VALUE_DOMAIN,
    VALUE_ADDRESS4,
    VALUE_ADDRESS6,
} Value;

static const struct {
    const char *name;
    Value value;
} mechanisms[] = {
    { "all", VALUE_NONE },
    { "include", VALUE_DOMAIN },
    { "a", VALUE_DOMAIN_PREFIX },
    { "mx", VALUE_DOMAIN_PREFIX },
    { "ptr", VALUE_DOMAIN_OPTIONAL },
    { "exists", VALUE_DOMAIN },
    { "ip4", VALUE_ADDRESS4 },
    { "ip6", VALUE_ADDRESS6 },
};

bool
spf_is_record (const char *text)
{
    return g_ascii_strncasecmp (text, "v=spf1", 6) == 0 && (text[6] == '\0' || text[6] == ' ');
}

static void
term_free (SpfTerm *term)
{
    g_free (term->value);
    g_free (term);
}

void
spf_record_free (SpfRecord *record)
{
    if (!record)
        return;
    g_ptr_array_unref (record->terms);
    g_free (record->problem);
    g_free (record);
}

/* The length of "%{d2r-}" and the like, 0 when it is no macro (RFC 7208 7.1). */
static size_t
macro_length (const char *text)
{
    if (text[1] == '%' || text[1] == '_' || text[1] == '-')
        return 2;
    if (text[1] != '{' || !text[2] || !strchr ("slodiphcrtvSLODIPHCRTV", text[2]))
        return 0;
    const char *c = text + 3;
    const char *digits = c;
    while (g_ascii_isdigit (*c))
        c++;
    if (c > digits && strspn (digits, "0") >= (size_t)(c - digits))
        return 0; /* none of the labels is no part */
    if (*c == 'r' || *c == 'R')
        c++;
    c += strspn (c, ".-+,/_=");
    return *c == '}' ? (size_t)(c - text) + 1 : 0;
}

/* RFC 7208 7.1: ends in a macro, or in a dot and a label that is no number. */
static bool
has_domain_end (const char *text, const char *last_macro_end)
{
    size_t length = strlen (text);

    if (length > 0 && text[length - 1] == '.')
        length--;
    if (last_macro_end == text + length && length > 0)
        return true;
    size_t start = length;
    while (start > 0 && text[start - 1] != '.')
        start--;
    if (start == 0 || start == length)
        return false;
    bool letter = false;
    for (size_t i = start; i < length; i++) {
        if (!g_ascii_isalnum (text[i]) && text[i] != '-')
            return false;
        letter = letter || !g_ascii_isdigit (text[i]);
    }
    return letter && text[start] != '-' && text[length - 1] != '-';
}

/* NULL when fine, else what is wrong. */
static const char *
check_macros (const char *text, bool domain)
{
    const char *last_end = NULL;

    for (const char *c = text; *c;) {
        if (*c <= ' ' || *c > '~')
            return "a character that may not stand there";
        size_t length = *c == '%' ? macro_length (c) : 1;
        if (length == 0)
            return "a macro that is none";
        if (*c == '%') {
            /* c, r and t are for explanations alone. */
            if (domain && length > 2 && strchr ("crtCRT", c[2]))
                return "a macro that is for explanations alone";
            last_end = length > 2 ? c + length : last_end;
        }
        c += length;
    }
    return !domain || has_domain_end (text, last_end) ? NULL : "no domain name";
}

/* A decimal number without leading zeros up to `most`, or -1. */
static int
read_prefix (const char *text, int most)
{
    size_t length = strlen (text);

    if (length == 0 || length > 3 || strspn (text, "0123456789") != length ||
        (length > 1 && *text == '0'))
        return -1;
    int value = (int)g_ascii_strtoll (text, NULL, 10);
    return value <= most ? value : -1;
}

/* A slash with nothing but digits after it; others are letters of the domain. */
static char *
find_prefix (char *value)
{
    char *slash = value ? strrchr (value, '/') : NULL;

    return slash && slash[1] && strspn (slash + 1, "0123456789") == strlen (slash + 1) ? slash
                                                                                       : NULL;
}

/* Cuts "/24", "//64" or "/24//64" off the value. */
static const char *
take_prefixes (SpfTerm *term)
{
    char *slash = find_prefix (term->value);

    if (slash && slash > term->value && slash[-1] == '/') {
        term->prefix6 = read_prefix (slash + 1, 128);
        if (term->prefix6 < 0)
            return "a prefix length that is none";
        slash[-1] = '\0';
        slash = find_prefix (term->value);
    }
    if (!slash)
        return NULL;
    term->prefix4 = read_prefix (slash + 1, 32);
    if (term->prefix4 < 0)
        return "a prefix length that is none";
    *slash = '\0';
    return NULL;
}

static const char *
check_address (SpfTerm *term, int family)
{
    unsigned char bytes[16];
    char *slash = term->value ? strchr (term->value, '/') : NULL;
    int *prefix = family == AF_INET ? &term->prefix4 : &term->prefix6;

    if (slash) {
        *prefix = read_prefix (slash + 1, family == AF_INET ? 32 : 128);
        if (*prefix < 0)
            return "a prefix length that is none";
        *slash = '\0';
    }
    if (!term->value || inet_pton (family, term->value, bytes) != 1)
        return family == AF_INET ? "no IPv4 address" : "no IPv6 address";
    return NULL;
}

static const char *
check_value (SpfTerm *term, Value value)
{
    const char *problem = NULL;

    switch (value) {
    case VALUE_NONE:
        return term->value ? "nothing may follow it" : NULL;
    case VALUE_ADDRESS4:
        return check_address (term, AF_INET);
    case VALUE_ADDRESS6:
        return check_address (term, AF_INET6);
    case VALUE_DOMAIN:
        return term->value && *term->value ? check_macros (term->value, true)
                                           : "it needs a domain";
    case VALUE_DOMAIN_OPTIONAL:
        return term->value ? check_macros (term->value, true) : NULL;
    case VALUE_DOMAIN_PREFIX:
        problem = take_prefixes (term);
        if (!problem && term->slashed && term->value && !*term->value)
            g_clear_pointer (&term->value, g_free);
        return problem || !term->value ? problem : check_macros (term->value, true);
    }
    g_assert_not_reached ();
}

static bool
is_modifier_name (const char *name)
{
    if (!g_ascii_isalpha (*name))
        return false;
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum (*c) && *c != '-' && *c != '_' && *c != '.')
            return false;
    return true;
}

static const char *
read_modifier (SpfTerm *term, const char *name, const char *value)
{
    term->qualifier = '=';
    term->name = g_intern_string (name);
    term->value = g_strdup (value);
    if (!is_modifier_name (name))
        return "no name of a modifier";
    if (strcmp (name, "redirect") == 0 || strcmp (name, "exp") == 0)
        return check_macros (value, true);
    return check_macros (value, false);
}

static const char *
read_mechanism (SpfTerm *term, const char *text)
{
    size_t length;

    term->qualifier = *text && strchr ("+-~?", *text) ? *text++ : '+';
    length = strcspn (text, ":/");
    g_autofree char *part = g_strndup (text, length);
    g_autofree char *name = g_ascii_strdown (part, -1);
    term->name = g_intern_string (name);
    term->slashed = text[length] == '/';
    if (text[length])
        term->value = g_strdup (text + length + (term->slashed ? 0 : 1));
    for (unsigned i = 0; i < G_N_ELEMENTS (mechanisms); i++)
        if (strcmp (mechanisms[i].name, name) == 0)
            return check_value (term, mechanisms[i].value);
    return "no mechanism";
}

static const char *
read_term (SpfTerm *term, const char *text)
{
    size_t length = strcspn (text, ":/=");

    term->prefix4 = term->prefix6 = -1;
    if (text[length] != '=')
        return read_mechanism (term, text);
    g_autofree char *part = g_strndup (text, length);
    g_autofree char *name = g_ascii_strdown (part, -1);
    return read_modifier (term, name, text + length + 1);
}

static bool
is_twice (const SpfRecord *record, const SpfTerm *term)
{
    if (term->qualifier != '=' ||
        (strcmp (term->name, "redirect") != 0 && strcmp (term->name, "exp") != 0))
        return false;
    for (unsigned i = 0; i < record->terms->len; i++)
        if (((SpfTerm *)g_ptr_array_index (record->terms, i))->name == term->name)
            return true;
    return false;
}

SpfRecord *
spf_record_parse (const char *text)
{
    SpfRecord *record = g_new0 (SpfRecord, 1);
    g_auto (GStrv) words = g_strsplit (text + strlen ("v=spf1"), " ", -1);

    record->terms = g_ptr_array_new_with_free_func ((GDestroyNotify)term_free);
    for (char **word = words; *word && !record->problem; word++) {
        if (!**word)
            continue;
        SpfTerm *term = g_new0 (SpfTerm, 1);
        const char *problem = read_term (term, *word);
        if (!problem && is_twice (record, term))
            problem = "it stands twice";
        if (problem)
            record->problem = g_strdup_printf ("%s: %s", *word, problem);
        g_ptr_array_add (record->terms, term);
    }
    return record;
}
