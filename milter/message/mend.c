/* SPDX-License-Identifier: BSD-2-Clause */

/* One header field in US-ASCII and in lines that are short enough. */

#include "mend.h"

#include <string.h>

#include "folds.h"
#include "phrase.h"
#include "words.h"

typedef enum {
    GRAMMAR_TEXT,      /* unstructured, for people */
    GRAMMAR_TOKENS,    /* unstructured, perhaps for machines: the fields that nobody knows */
    GRAMMAR_ADDRESSES, /* RFC 5322 3.4 */
    GRAMMAR_PHRASES,
    GRAMMAR_COMMENTS, /* structured without phrases */
    GRAMMAR_OPAQUE,   /* a signature may depend on its very bytes */
} Grammar;

typedef struct {
    const char *name;
    Grammar grammar;
} Known;

static const Known known_fields[] = {
    { "Subject", GRAMMAR_TEXT },
    { "Comments", GRAMMAR_TEXT },
    { "Content-Description", GRAMMAR_TEXT },
    { "Organization", GRAMMAR_TEXT },
    { "Thread-Topic", GRAMMAR_TEXT },
    { "From", GRAMMAR_ADDRESSES },
    { "Sender", GRAMMAR_ADDRESSES },
    { "Reply-To", GRAMMAR_ADDRESSES },
    { "To", GRAMMAR_ADDRESSES },
    { "Cc", GRAMMAR_ADDRESSES },
    { "Bcc", GRAMMAR_ADDRESSES },
    { "Resent-From", GRAMMAR_ADDRESSES },
    { "Resent-Sender", GRAMMAR_ADDRESSES },
    { "Resent-To", GRAMMAR_ADDRESSES },
    { "Resent-Cc", GRAMMAR_ADDRESSES },
    { "Resent-Bcc", GRAMMAR_ADDRESSES },
    { "Mail-Followup-To", GRAMMAR_ADDRESSES },
    { "Mail-Reply-To", GRAMMAR_ADDRESSES },
    { "Disposition-Notification-To", GRAMMAR_ADDRESSES },
    { "Errors-To", GRAMMAR_ADDRESSES },
    { "Keywords", GRAMMAR_PHRASES },
    { "List-Id", GRAMMAR_PHRASES },
    { "Return-Path", GRAMMAR_COMMENTS },
    { "Received", GRAMMAR_COMMENTS },
    { "Date", GRAMMAR_COMMENTS },
    { "Resent-Date", GRAMMAR_COMMENTS },
    { "Message-ID", GRAMMAR_COMMENTS },
    { "Resent-Message-ID", GRAMMAR_COMMENTS },
    { "In-Reply-To", GRAMMAR_COMMENTS },
    { "References", GRAMMAR_COMMENTS },
    { "MIME-Version", GRAMMAR_COMMENTS },
    { "Content-Type", GRAMMAR_COMMENTS },
    { "Content-Transfer-Encoding", GRAMMAR_COMMENTS },
    { "Content-Disposition", GRAMMAR_COMMENTS },
    { "Content-ID", GRAMMAR_COMMENTS },
    { "Content-Language", GRAMMAR_COMMENTS },
    { "Content-Location", GRAMMAR_COMMENTS },
    { "List-Help", GRAMMAR_COMMENTS },
    { "List-Unsubscribe", GRAMMAR_COMMENTS },
    { "List-Unsubscribe-Post", GRAMMAR_COMMENTS },
    { "List-Subscribe", GRAMMAR_COMMENTS },
    { "List-Post", GRAMMAR_COMMENTS },
    { "List-Owner", GRAMMAR_COMMENTS },
    { "List-Archive", GRAMMAR_COMMENTS },
    { "Auto-Submitted", GRAMMAR_COMMENTS },
    { "CFBL-Address", GRAMMAR_COMMENTS },
    { "Authentication-Results", GRAMMAR_OPAQUE },
    { "DKIM-Signature", GRAMMAR_OPAQUE },
    { "DomainKey-Signature", GRAMMAR_OPAQUE },
    { "X-Google-DKIM-Signature", GRAMMAR_OPAQUE },
    { "ARC-Authentication-Results", GRAMMAR_OPAQUE },
    { "ARC-Message-Signature", GRAMMAR_OPAQUE },
    { "ARC-Seal", GRAMMAR_OPAQUE },
};

static Grammar
grammar_of (const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (known_fields); i++)
        if (g_ascii_strcasecmp (known_fields[i].name, name) == 0)
            return known_fields[i].grammar;
    return GRAMMAR_TOKENS;
}

static bool
append_encoded (GString *out, const char *line, Grammar grammar, size_t used)
{
    size_t length = strlen (line);

    switch (grammar) {
    case GRAMMAR_TEXT:
    case GRAMMAR_TOKENS:
        words_append_mixed (out, line, length, used);
        return true;
    case GRAMMAR_ADDRESSES:
        return phrase_append (out, line, length, PHRASE_ADDRESSES, used);
    case GRAMMAR_PHRASES:
        return phrase_append (out, line, length, PHRASE_LIST, used);
    case GRAMMAR_COMMENTS:
        return phrase_append (out, line, length, PHRASE_NONE, used);
    case GRAMMAR_OPAQUE:
        return false;
    }
    g_assert_not_reached ();
}

/* The line with its 8-bit text encoded; as it is, with the reason, where that cannot be. */
static char *
encode_line (const char *name, char *line, Grammar grammar, char **ret_left)
{
    g_autoptr (GString) out = g_string_new (NULL);

    if (!g_utf8_validate (line, -1, NULL))
        *ret_left =
            g_strdup ("8-bit bytes that are no UTF-8: nobody says which letters they are");
    else if (!append_encoded (out, line, grammar, strlen (name) + 2))
        *ret_left = g_strdup ("8-bit bytes where no encoded word may stand (RFC 2047 5)");
    if (*ret_left)
        return line;
    g_free (line);
    return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
fold_line (const char *name, const char *line, Grammar grammar)
{
    bool separators = grammar == GRAMMAR_ADDRESSES || grammar == GRAMMAR_PHRASES ||
                      (grammar == GRAMMAR_COMMENTS && !g_str_has_prefix (name, "Content-"));
    char *value = folds_add (name, line, separators);

    if (!folds_are_bad (name, value) || grammar != GRAMMAR_TEXT ||
        !g_utf8_validate (line, -1, NULL))
        return value;
    /* A word that is longer than a line: encoded words can part it. */
    g_autoptr (GString) out = g_string_new (NULL);
    words_append (out, line, strlen (line), strlen (name) + 2);
    g_free (value);
    return folds_add (name, out->str, false);
}

char *
mend_value (const char *name, const char *value, bool eightbit, char **ret_left)
{
    bool wide = eightbit && words_is_8bit (value, strlen (value));
    bool bad = folds_are_bad (name, value);
    Grammar grammar = grammar_of (name);

    *ret_left = NULL;
    if (!wide && !bad)
        return NULL;
    if (grammar == GRAMMAR_OPAQUE) {
        *ret_left =
            g_strdup ("8-bit bytes or a long line in a field that may be signed as it is");
        return NULL;
    }
    g_autofree char *line = folds_remove (value);
    if (wide)
        line = encode_line (name, g_steal_pointer (&line), grammar, ret_left);
    if (*ret_left && !bad)
        return NULL;
    char *mended = fold_line (name, line, grammar);
    if (!*ret_left && folds_are_bad (name, mended))
        *ret_left = g_strdup ("a line that is too long and has no place to fold it");
    if (strcmp (mended, value) == 0)
        g_clear_pointer (&mended, g_free);
    return mended;
}
