/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SELECTOR_PARSE_H
#define MESSAGE_SELECTOR_PARSE_H

#include "licet/selector.h"

typedef enum {
    TEST_TYPE,      /* td; "*" has no test */
    TEST_ATTRIBUTE, /* [name=value], .class, #id */
    TEST_NTH,       /* :nth-child(an+b), :first-child */
    TEST_NTH_LAST,  /* :last-child, :nth-last-child(an+b) */
    TEST_NOT,       /* :not(a, b) */
} TestKind;

/* Where the element of a compound stands to that of the compound before it. */
typedef enum {
    BELOW,        /* a blank, or nothing before the first */
    CHILD,        /* ">" */
    NEXT_SIBLING, /* "+" */
    LATER_SIBLING /* "~" */
} Combinator;

typedef enum {
    MATCH_PRESENT, /* [a] */
    MATCH_EQUAL,   /* = */
    MATCH_WORD,    /* ~= */
    MATCH_DASH,    /* |= */
    MATCH_PREFIX,  /* ^= */
    MATCH_SUFFIX,  /* $= */
    MATCH_PART,    /* *= */
} ValueMatch;

typedef struct {
    TestKind kind;
    char *name; /* of the type or attribute, lower case */
    ValueMatch match;
    char *value; /* UTF-8 */
    bool fold;   /* ASCII letters are compared without case */
    bool hash;   /* it is written as #name */
    int a, b;
    GPtrArray *none; /* of SelectorCompound: it must meet none of them */
} SelectorTest;

/* Tests of one element, all of which it must pass. */
typedef struct {
    Combinator combinator; /* before it */
    GPtrArray *tests;      /* of SelectorTest */
} SelectorCompound;

struct Selector {
    GPtrArray *list; /* of GPtrArray of SelectorCompound, outermost element first */
};

#endif
