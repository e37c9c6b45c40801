/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_LOOK_H
#define MESSAGE_LOOK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Why text is not seen; bits, since children inherit some and can undo others. */
enum {
    HIDDEN_NONE = 0,
    HIDDEN_REMOVED = 1 << 0,   /* display: none and its like: nothing inside is shown */
    HIDDEN_INVISIBLE = 1 << 1, /* visibility: hidden, until a child is visible */
    HIDDEN_TINY = 1 << 2,      /* font-size: 0 or 1px, until a child has a size */
    HIDDEN_BLENDED = 1 << 3,   /* the colour of its background, until a child has another */
    HIDDEN_PROGRAM = 1 << 4,   /* script, style sheet, title: no text at all */
};

/* How the text of an element looks, as far as it decides whether it is seen. */
typedef struct {
    unsigned hidden;
    double size; /* of its letters, in pixels */
    int text;    /* colours (colour.h) */
    int background;
} Look;

/* The properties that are looked at. */
typedef enum {
    LOOK_DISPLAY,
    LOOK_MSO_HIDE,
    LOOK_VISIBILITY,
    LOOK_OPACITY,
    LOOK_SIZE,
    LOOK_TEXT,
    LOOK_BACKGROUND,
    LOOK_IMAGE,
    LOOK_OVERFLOW,
    LOOK_HEIGHT,
    LOOK_MAX_HEIGHT,
    LOOK_WIDTH,
    LOOK_MAX_WIDTH,
    LOOK_POSITION,
    LOOK_OFFSET,
    LOOK_INDENT,
    LOOK_CLIP,
    LOOK_PROPERTIES,
} LookProperty;

typedef struct {
    bool set, important;
    bool relative; /* a length in units of the parent's letters */
    unsigned order;
    float number;
} LookSlot;

/* What a rule, or all rules together, say about an element. */
typedef struct {
    LookSlot slots[LOOK_PROPERTIES];
} LookRule;

/* What a document begins with; a background that cannot be told hides no text. */
Look look_initial (bool plain_background);

/* Reads the declarations of a cleaned text (css.h) into a rule; false when none is of interest.
 * Later ones win, important ones over all. */
bool look_read (LookRule *rule, const char *css, size_t length, unsigned order);

/* Sets one property to the value of an HTML attribute (bgcolor, …). */
void look_set (LookRule *rule, LookProperty property, const char *value, size_t length);

/* Lays a rule over another; with by_order the later declaration wins, else the upper rule. */
void look_merge (LookRule *rule, const LookRule *upper, bool by_order);

/* The look of an element under a rule in a parent. */
Look look_apply (const Look *parent, const LookRule *rule);

#endif
