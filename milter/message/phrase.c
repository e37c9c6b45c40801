/* SPDX-License-Identifier: BSD-2-Clause */

/* Names and comments of structured fields (RFC 5322 3.2) as encoded words. */

#include "phrase.h"

#include <string.h>

#include "words.h"

typedef enum {
    TOKEN_BLANKS,
    TOKEN_COMMENT, /* with its parentheses */
    TOKEN_QUOTED,  /* with its quotes */
    TOKEN_ANGLE,   /* with its brackets */
    TOKEN_ATOM,    /* all else but separators, dots and "@" included */
    TOKEN_SEPARATOR,
} TokenKind;

typedef struct {
    TokenKind kind;
    size_t start, end;
    bool name; /* it belongs to a phrase */
} Token;

typedef struct {
    const char *text;
    const GArray *tokens;
    GString *out;
    size_t used;
} Writer;

static size_t
skip_enclosed (const char *text, size_t length, size_t start, char open, char close)
{
    unsigned depth = 0;

    for (size_t i = start; i < length; i++) {
        if (text[i] == '\\' && i + 1 < length)
            i++;
        else if (text[i] == close && depth == 1)
            return i + 1;
        else if (text[i] == close)
            depth--;
        else if (text[i] == open)
            depth++;
    }
    return length;
}

static size_t
skip_quoted (const char *text, size_t length, size_t start)
{
    for (size_t i = start + 1; i < length; i++) {
        if (text[i] == '\\')
            i++;
        else if (text[i] == '"')
            return i + 1;
    }
    return length;
}

static Token
next_token (const char *text, size_t length, size_t start)
{
    Token token = { TOKEN_SEPARATOR, start, start + 1, false };

    switch (text[start]) {
    case ' ':
    case '\t':
        token.kind = TOKEN_BLANKS;
        token.end = start + strspn (text + start, " \t");
        return token;
    case '(':
        token.kind = TOKEN_COMMENT;
        token.end = skip_enclosed (text, length, start, '(', ')');
        return token;
    case '"':
        token.kind = TOKEN_QUOTED;
        token.end = skip_quoted (text, length, start);
        return token;
    case '<': {
        const char *close = memchr (text + start, '>', length - start);
        token.kind = TOKEN_ANGLE;
        token.end = close ? (size_t)(close - text) + 1 : length;
        return token;
    }
    case ',':
    case ';':
    case ':':
        return token;
    default:
        token.kind = TOKEN_ATOM;
        token.end = start + strcspn (text + start, " \t(\"<,;:");
        return token;
    }
}

/* Tokens from first on up to a separator are an element; those before its address, or of a group's
 * name, are a phrase. */
static void
mark_names (GArray *tokens, unsigned first, unsigned end, const char *text, PhraseKind kind)
{
    unsigned angle = end;
    bool group = end < tokens->len && text[g_array_index (tokens, Token, end).start] == ':';

    for (unsigned i = end; i-- > first;)
        if (g_array_index (tokens, Token, i).kind == TOKEN_ANGLE)
            angle = i;
    if (kind == PHRASE_NONE || (kind == PHRASE_ADDRESSES && angle == end && !group))
        return;
    for (unsigned i = first; i < angle; i++)
        g_array_index (tokens, Token, i).name = true;
}

static GArray *
read_tokens (const char *text, size_t length, PhraseKind kind)
{
    GArray *tokens = g_array_new (FALSE, FALSE, sizeof (Token));
    unsigned first = 0;

    for (size_t at = 0; at < length;) {
        Token token = next_token (text, length, at);
        token.end = MIN (token.end, length);
        g_array_append_val (tokens, token);
        at = token.end;
    }
    for (unsigned i = 0; i <= tokens->len; i++) {
        if (i < tokens->len && g_array_index (tokens, Token, i).kind != TOKEN_SEPARATOR)
            continue;
        mark_names (tokens, first, i, text, kind);
        first = i + 1;
    }
    return tokens;
}

static const Token *
token_at (const Writer *writer, unsigned i)
{
    return i < writer->tokens->len ? &g_array_index (writer->tokens, Token, i) : NULL;
}

static bool
is_8bit (const Writer *writer, const Token *token)
{
    return words_is_8bit (writer->text + token->start, token->end - token->start);
}

static bool
is_encoded_word (const Writer *writer, const Token *token)
{
    return token && token->kind == TOKEN_ATOM &&
           words_is_encoded (writer->text + token->start, token->end - token->start);
}

/* A token that may stand within the encoded text of a phrase. */
static bool
is_speech (const Writer *writer, const Token *token)
{
    return token && token->name && !is_encoded_word (writer, token) &&
           (token->kind == TOKEN_ATOM || token->kind == TOKEN_QUOTED ||
            token->kind == TOKEN_BLANKS);
}

static void
append_unquoted (GString *speech, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\' && i + 1 < length)
            i++;
        g_string_append_c (speech, text[i]);
    }
}

static void
append_speech (const Writer *writer, const Token *token, GString *speech)
{
    const char *text = writer->text + token->start;
    size_t length = token->end - token->start;

    if (token->kind == TOKEN_BLANKS)
        g_string_append_c (speech, ' ');
    else if (token->kind == TOKEN_ATOM)
        g_string_append_len (speech, text, (gssize)length);
    else
        append_unquoted (speech, text + 1,
                         length - (length > 1 && text[length - 1] == '"' ? 2 : 1));
}

/* The run of a name from token i on as encoded words; returns the number of the token after it.
 * Blanks at its ends stay blanks, and go inside as well where an encoded word is next to them. */
static unsigned
append_name (const Writer *writer, unsigned i)
{
    unsigned end = i;
    g_autoptr (GString) speech = g_string_new (NULL);
    const Token *before = i >= 2 ? token_at (writer, i - 2) : NULL;
    size_t column = writer->out->len == 0 ? writer->used : 0;

    while (is_speech (writer, token_at (writer, end)))
        end++;
    unsigned last = end;
    while (last > i && token_at (writer, last - 1)->kind == TOKEN_BLANKS)
        last--;
    if (is_encoded_word (writer, before) && token_at (writer, i - 1)->kind == TOKEN_BLANKS)
        g_string_append_c (speech, ' ');
    for (unsigned k = i; k < last; k++)
        append_speech (writer, token_at (writer, k), speech);
    if (last < end && is_encoded_word (writer, token_at (writer, end)))
        g_string_append_c (speech, ' ');
    words_append (writer->out, speech->str, speech->len, column);
    /* RFC 2047 5 (3): blanks part it from what follows. */
    const Token *after = token_at (writer, last);
    if (after && (after->kind == TOKEN_ATOM || after->kind == TOKEN_ANGLE))
        g_string_append_c (writer->out, ' ');
    return last;
}

/* Between parentheses; quoted pairs with 8-bit bytes do not occur in mail that anybody wrote, and
 * are encoded with their backslash. */
static void
append_comment (const Writer *writer, const Token *token)
{
    const char *text = writer->text;
    size_t start = token->start;

    for (size_t i = token->start; i <= token->end; i++) {
        if (i < token->end && text[i] != '(' && text[i] != ')')
            continue;
        words_append_mixed (writer->out, text + start, i - start, 0);
        if (i < token->end)
            g_string_append_c (writer->out, text[i]);
        start = i + 1;
    }
}

/* Whether the name that begins here, with a token that is no blank, has 8-bit bytes. */
static bool
is_8bit_name (const Writer *writer, unsigned i)
{
    if (token_at (writer, i)->kind == TOKEN_BLANKS)
        return false;
    for (; is_speech (writer, token_at (writer, i)); i++)
        if (is_8bit (writer, token_at (writer, i)))
            return true;
    return false;
}

bool
phrase_append (GString *out, const char *value, size_t length, PhraseKind kind, size_t used)
{
    g_autofree char *text = g_strndup (value, length);
    g_autoptr (GArray) tokens = read_tokens (text, length, kind);
    Writer writer = { text, tokens, out, used };

    for (unsigned i = 0; i < tokens->len;) {
        const Token *token = token_at (&writer, i);
        if (is_8bit_name (&writer, i)) {
            i = append_name (&writer, i);
            continue;
        }
        if (token->kind == TOKEN_COMMENT && is_8bit (&writer, token))
            append_comment (&writer, token);
        else if (is_8bit (&writer, token))
            return false;
        else
            g_string_append_len (out, text + token->start, (gssize)(token->end - token->start));
        i++;
    }
    return true;
}
