/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Character references (WHATWG HTML 13.2.5.72): the names of HTML 4 and the punctuation that
 * HTML 5 added. The other two thousand names are mathematics.
 */

#include "html.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    unsigned short code;
} NamedReference;

/* Sorted by name. */
/* clang-format off */
static const NamedReference references[] = {
    { "AElig", 198 }, { "Aacute", 193 }, { "Acirc", 194 }, { "Agrave", 192 }, { "Alpha", 913 },
    { "Aring", 197 }, { "Atilde", 195 }, { "Auml", 196 }, { "Beta", 914 }, { "Ccedil", 199 },
    { "Chi", 935 }, { "Dagger", 8225 }, { "Delta", 916 }, { "ETH", 208 }, { "Eacute", 201 },
    { "Ecirc", 202 }, { "Egrave", 200 }, { "Epsilon", 917 }, { "Eta", 919 }, { "Euml", 203 },
    { "Gamma", 915 }, { "Iacute", 205 }, { "Icirc", 206 }, { "Igrave", 204 }, { "Iota", 921 },
    { "Iuml", 207 }, { "Kappa", 922 }, { "Lambda", 923 }, { "Mu", 924 }, { "NewLine", 10 },
    { "Ntilde", 209 }, { "Nu", 925 }, { "OElig", 338 }, { "Oacute", 211 }, { "Ocirc", 212 },
    { "Ograve", 210 }, { "Omega", 937 }, { "Omicron", 927 }, { "Oslash", 216 },
    { "Otilde", 213 }, { "Ouml", 214 }, { "Phi", 934 }, { "Pi", 928 }, { "Prime", 8243 },
    { "Psi", 936 }, { "Rho", 929 }, { "Scaron", 352 }, { "Sigma", 931 }, { "THORN", 222 },
    { "Tab", 9 }, { "Tau", 932 }, { "Theta", 920 }, { "Uacute", 218 }, { "Ucirc", 219 },
    { "Ugrave", 217 }, { "Upsilon", 933 }, { "Uuml", 220 }, { "Xi", 926 }, { "Yacute", 221 },
    { "Yuml", 376 }, { "Zeta", 918 }, { "aacute", 225 }, { "acirc", 226 }, { "acute", 180 },
    { "aelig", 230 }, { "agrave", 224 }, { "alefsym", 8501 }, { "alpha", 945 }, { "amp", 38 },
    { "and", 8743 }, { "ang", 8736 }, { "apos", 39 }, { "aring", 229 }, { "ast", 42 },
    { "asymp", 8776 }, { "atilde", 227 }, { "auml", 228 }, { "bdquo", 8222 }, { "beta", 946 },
    { "brvbar", 166 }, { "bsol", 92 }, { "bull", 8226 }, { "cap", 8745 }, { "ccedil", 231 },
    { "cedil", 184 }, { "cent", 162 }, { "check", 10003 }, { "chi", 967 }, { "circ", 710 },
    { "clubs", 9827 }, { "colon", 58 }, { "comma", 44 }, { "commat", 64 }, { "cong", 8773 },
    { "copy", 169 }, { "crarr", 8629 }, { "cup", 8746 }, { "curren", 164 }, { "dArr", 8659 },
    { "dagger", 8224 }, { "darr", 8595 }, { "dash", 8208 }, { "deg", 176 }, { "delta", 948 },
    { "diams", 9830 }, { "divide", 247 }, { "dollar", 36 }, { "eacute", 233 }, { "ecirc", 234 },
    { "egrave", 232 }, { "empty", 8709 }, { "emsp", 8195 }, { "ensp", 8194 },
    { "epsilon", 949 }, { "equals", 61 }, { "equiv", 8801 }, { "eta", 951 }, { "eth", 240 },
    { "euml", 235 }, { "euro", 8364 }, { "excl", 33 }, { "exist", 8707 }, { "fnof", 402 },
    { "forall", 8704 }, { "frac12", 189 }, { "frac14", 188 }, { "frac34", 190 },
    { "frasl", 8260 }, { "gamma", 947 }, { "ge", 8805 }, { "gt", 62 }, { "hArr", 8660 },
    { "harr", 8596 }, { "hearts", 9829 }, { "hellip", 8230 }, { "hyphen", 8208 },
    { "iacute", 237 }, { "icirc", 238 }, { "iexcl", 161 }, { "igrave", 236 }, { "image", 8465 },
    { "infin", 8734 }, { "int", 8747 }, { "iota", 953 }, { "iquest", 191 }, { "isin", 8712 },
    { "iuml", 239 }, { "kappa", 954 }, { "lArr", 8656 }, { "lambda", 955 }, { "lang", 9001 },
    { "laquo", 171 }, { "larr", 8592 }, { "lbrace", 123 }, { "lceil", 8968 }, { "ldquo", 8220 },
    { "le", 8804 }, { "lfloor", 8970 }, { "lowast", 8727 }, { "lowbar", 95 }, { "loz", 9674 },
    { "lpar", 40 }, { "lrm", 8206 }, { "lsaquo", 8249 }, { "lsqb", 91 }, { "lsquo", 8216 },
    { "lt", 60 }, { "macr", 175 }, { "mdash", 8212 }, { "micro", 181 }, { "middot", 183 },
    { "minus", 8722 }, { "mu", 956 }, { "nabla", 8711 }, { "nbsp", 160 }, { "ndash", 8211 },
    { "ne", 8800 }, { "ni", 8715 }, { "not", 172 }, { "notin", 8713 }, { "nsub", 8836 },
    { "ntilde", 241 }, { "nu", 957 }, { "num", 35 }, { "oacute", 243 }, { "ocirc", 244 },
    { "oelig", 339 }, { "ograve", 242 }, { "oline", 8254 }, { "omega", 969 },
    { "omicron", 959 }, { "oplus", 8853 }, { "or", 8744 }, { "ordf", 170 }, { "ordm", 186 },
    { "oslash", 248 }, { "otilde", 245 }, { "otimes", 8855 }, { "ouml", 246 }, { "para", 182 },
    { "part", 8706 }, { "percnt", 37 }, { "period", 46 }, { "permil", 8240 }, { "perp", 8869 },
    { "phi", 966 }, { "phone", 9742 }, { "pi", 960 }, { "piv", 982 }, { "plus", 43 },
    { "plusmn", 177 }, { "pound", 163 }, { "prime", 8242 }, { "prod", 8719 }, { "prop", 8733 },
    { "psi", 968 }, { "quest", 63 }, { "quot", 34 }, { "rArr", 8658 }, { "radic", 8730 },
    { "rang", 9002 }, { "raquo", 187 }, { "rarr", 8594 }, { "rbrace", 125 }, { "rceil", 8969 },
    { "rdquo", 8221 }, { "real", 8476 }, { "reg", 174 }, { "rfloor", 8971 }, { "rho", 961 },
    { "rlm", 8207 }, { "rpar", 41 }, { "rsaquo", 8250 }, { "rsqb", 93 }, { "rsquo", 8217 },
    { "sbquo", 8218 }, { "scaron", 353 }, { "sdot", 8901 }, { "sect", 167 }, { "semi", 59 },
    { "shy", 173 }, { "sigma", 963 }, { "sigmaf", 962 }, { "sim", 8764 }, { "sol", 47 },
    { "spades", 9824 }, { "star", 9734 }, { "starf", 9733 }, { "sub", 8834 }, { "sube", 8838 },
    { "sum", 8721 }, { "sup", 8835 }, { "sup1", 185 }, { "sup2", 178 }, { "sup3", 179 },
    { "supe", 8839 }, { "szlig", 223 }, { "tau", 964 }, { "there4", 8756 }, { "theta", 952 },
    { "thetasym", 977 }, { "thinsp", 8201 }, { "thorn", 254 }, { "tilde", 732 },
    { "times", 215 }, { "trade", 8482 }, { "uArr", 8657 }, { "uacute", 250 }, { "uarr", 8593 },
    { "ucirc", 251 }, { "ugrave", 249 }, { "uml", 168 }, { "upsih", 978 }, { "upsilon", 965 },
    { "uuml", 252 }, { "weierp", 8472 }, { "xi", 958 }, { "yacute", 253 }, { "yen", 165 },
    { "yuml", 255 }, { "zeta", 950 }, { "zwj", 8205 }, { "zwnj", 8204 },
};
/* clang-format on */

/* 13.2.5.80: these numbers mean windows-1252. */
static const unsigned short windows[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

/* The longest name of the table, and enough digits for any code point with zeros before it. */
#define LONGEST_REFERENCE 32

static int
compare_reference (const void *name, const void *row)
{
    return strcmp (name, ((const NamedReference *)row)->name);
}

static gunichar
find_named (const char *text, size_t length)
{
    char name[LONGEST_REFERENCE + 1];

    if (length == 0 || length > LONGEST_REFERENCE)
        return 0;
    memcpy (name, text, length);
    name[length] = '\0';
    const NamedReference *found = bsearch (name, references, G_N_ELEMENTS (references),
                                           sizeof references[0], compare_reference);
    return found ? found->code : 0;
}

/* A number that is no character becomes U+FFFD. */
static gunichar
check_number (unsigned long number)
{
    if (number >= 0x80 && number < 0xa0)
        return windows[number - 0x80];
    if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number < 0xe000))
        return 0xfffd;
    return (gunichar)number;
}

/* "#65", "#x41": the digits that belong to it. */
static size_t
read_number (const char *text, size_t length, gunichar *ret_code)
{
    bool hex = length > 1 && (text[1] == 'x' || text[1] == 'X');
    size_t first = hex ? 2 : 1, i = first;
    unsigned long number = 0;

    for (; i < length && (hex ? g_ascii_isxdigit (text[i]) : g_ascii_isdigit (text[i])); i++)
        if (number <= 0x10ffff)
            number = number * (hex ? 16 : 10) + (unsigned long)g_ascii_xdigit_value (text[i]);
    if (i == first)
        return 0;
    *ret_code = check_number (number);
    return i;
}

/* The reference after an ampersand: how many bytes it has and what it means; 0 for none. The
 * semicolon may lack after numbers and the names of Latin-1, unless the text goes on as in the
 * query of a URL. */
static size_t
read_reference (const char *text, size_t length, gunichar *ret_code)
{
    size_t used = 0;

    if (length > 0 && text[0] == '#') {
        used = read_number (text, length, ret_code);
        return used > 0 && used < length && text[used] == ';' ? used + 1 : used;
    }
    while (used < length && used <= LONGEST_REFERENCE && g_ascii_isalnum (text[used]))
        used++;
    gunichar code = find_named (text, used);
    if (code == 0)
        return 0;
    *ret_code = code;
    if (used < length && text[used] == ';')
        return used + 1;
    return code < 0x100 && (used == length || text[used] != '=') ? used : 0;
}

void
html_append_unescaped (GString *out, const char *text, size_t length)
{
    while (length > 0) {
        const char *found = memchr (text, '&', length);
        size_t plain = found ? (size_t)(found - text) : length;
        gunichar code = 0;

        g_string_append_len (out, text, (gssize)plain);
        text += plain;
        length -= plain;
        if (length == 0)
            return;
        size_t used = read_reference (text + 1, length - 1, &code);
        if (used > 0)
            g_string_append_unichar (out, code);
        else
            g_string_append_c (out, '&');
        text += used + 1;
        length -= used + 1;
    }
}
