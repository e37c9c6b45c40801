/* SPDX-License-Identifier: BSD-2-Clause */

/* The few declarations that decide whether text is seen. */

#include "look.h"

#include <string.h>

#include "colour.h"
#include "css.h"

/* Longer than any word that is looked for. */
#define LONGEST_WORD 63

/* Farther out than any picture or indent of a real mail. */
#define FAR_AWAY (-400)

#define FAINTEST       0.05f
#define SMALLEST       1.01 /* a pixel, rounded */
#define USUAL_SIZE     16.0
#define USUAL_VIEWPORT 600.0

typedef struct {
    const char *unit;
    double pixels;
    bool relative;
} Unit;

static const Unit units[] = {
    { "px", 1, false },
    { "pt", 96 / 72.0, false },
    { "pc", 16, false },
    { "in", 96, false },
    { "cm", 96 / 2.54, false },
    { "mm", 9.6 / 2.54, false },
    { "q", 2.4 / 2.54, false },
    { "rem", 16, false },
    { "em", 1, true },
    { "ex", 0.5, true },
    { "ch", 0.5, true },
    { "%", 0.01, true },
    { "vw", 0.01 * USUAL_VIEWPORT, false },
    { "vh", 0.01 * USUAL_VIEWPORT, false },
    { "vmin", 0.01 * USUAL_VIEWPORT, false },
    { "vmax", 0.01 * USUAL_VIEWPORT, false },
};

Look
look_initial (bool plain_background)
{
    return (Look){ .size = USUAL_SIZE,
                   .text = 0x000000,
                   .background = plain_background ? 0xffffff : COLOUR_UNKNOWN };
}

/* A number without a unit counts as pixels, as it does in mail programs. */
static bool
read_length (const char *value, LookSlot *slot)
{
    char *unit = NULL;

    if (g_str_has_prefix (value, "calc("))
        value += 5;
    if (!g_ascii_isdigit (*value) && !strchr ("+-.", *value))
        return false;
    double number = g_ascii_strtod (value, &unit);
    if (unit == value)
        return false;
    size_t length = strspn (unit, "abcdefghijklmnopqrstuvwxyz%");
    slot->number = (float)number;
    slot->relative = false;
    for (unsigned i = 0; i < G_N_ELEMENTS (units); i++) {
        if (strlen (units[i].unit) != length || strncmp (unit, units[i].unit, length) != 0)
            continue;
        slot->number = (float)(number * units[i].pixels);
        slot->relative = units[i].relative;
        return true;
    }
    return length == 0;
}

static bool
read_size (const char *value, LookSlot *slot)
{
    static const char *const words[] = { "xx-small", "x-small", "small",   "medium",
                                         "large",    "x-large", "xx-large" };

    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (strcmp (value, words[i]) == 0) {
            slot->number = (float)USUAL_SIZE;
            return true;
        }
    return read_length (value, slot) && slot->number >= 0;
}

/* "font: bold 0/0 a": the first length; a number alone is the weight unless it is nothing. */
static bool
read_font (const char *value, LookSlot *slot)
{
    for (const char *word = value; *word; word += strspn (word, " ")) {
        size_t length = strcspn (word, " ");
        bool weight = strspn (word, "0123456789") == length && *word != '0';
        if (!weight && read_length (word, slot))
            return true;
        word += length;
    }
    return false;
}

static bool
read_colour (const char *value, LookSlot *slot)
{
    int colour = COLOUR_UNKNOWN;

    if (!colour_parse (value, &colour))
        return false;
    slot->number = (float)colour;
    return true;
}

/* The colour among the parts of a background; pictures are another property. */
static bool
read_background (const char *value, LookSlot *slot)
{
    slot->number = COLOUR_TRANSPARENT;
    for (const char *word = value; *word; word += strspn (word, " ")) {
        size_t length = css_find (word, strlen (word), 0, " ");
        g_autofree char *part = g_strndup (word, length);
        if (read_colour (part, slot))
            return true;
        word += length;
    }
    return strcmp (value, "inherit") != 0;
}

static bool
read_opacity (const char *value, LookSlot *slot)
{
    char *end = NULL;

    slot->number = (float)g_ascii_strtod (value, &end);
    if (*end == '%')
        slot->number /= 100;
    return end != value;
}

static bool
read_none (const char *value, LookSlot *slot)
{
    slot->number = strcmp (value, "none") == 0;
    return true;
}

static bool
read_all (const char *value, LookSlot *slot)
{
    slot->number = strcmp (value, "all") == 0;
    return true;
}

static bool
read_visibility (const char *value, LookSlot *slot)
{
    slot->number = strcmp (value, "hidden") == 0 || strcmp (value, "collapse") == 0;
    return slot->number > 0 || strcmp (value, "visible") == 0;
}

static bool
read_overflow (const char *value, LookSlot *slot)
{
    slot->number = strstr (value, "hidden") != NULL || strstr (value, "clip") != NULL;
    return true;
}

static bool
read_position (const char *value, LookSlot *slot)
{
    slot->number = strcmp (value, "absolute") == 0 || strcmp (value, "fixed") == 0;
    return true;
}

/* What is clipped to nothing: "rect(0 0 0 0)", "rect(1px, 1px, 1px, 1px)", "inset(50%)". */
static bool
read_clip (const char *value, LookSlot *slot)
{
    static const char *const nothing[] = {
        "rect(00000)", "rect(0000)", "rect(1111)", "inset(50%)", "inset(100%)", "circle(0)",
    };
    g_autoptr (GString) bare = g_string_new (NULL);

    for (const char *at = value; *at; at++)
        if (g_str_has_prefix (at, "px"))
            at++;
        else if (*at != ' ' && *at != ',')
            g_string_append_c (bare, *at);
    for (unsigned i = 0; i < G_N_ELEMENTS (nothing); i++)
        if (strcmp (bare->str, nothing[i]) == 0)
            slot->number = 1;
    return true;
}

typedef struct {
    const char *name;
    LookProperty property;
    bool (*read) (const char *value, LookSlot *slot);
} PropertyReader;

static const PropertyReader readers[] = {
    { "display", LOOK_DISPLAY, read_none },
    { "mso-hide", LOOK_MSO_HIDE, read_all },
    { "visibility", LOOK_VISIBILITY, read_visibility },
    { "opacity", LOOK_OPACITY, read_opacity },
    { "font-size", LOOK_SIZE, read_size },
    { "font", LOOK_SIZE, read_font },
    { "color", LOOK_TEXT, read_colour },
    { "-webkit-text-fill-color", LOOK_TEXT, read_colour },
    { "background-color", LOOK_BACKGROUND, read_colour },
    { "background", LOOK_BACKGROUND, read_background },
    { "overflow", LOOK_OVERFLOW, read_overflow },
    { "overflow-y", LOOK_OVERFLOW, read_overflow },
    { "overflow-x", LOOK_OVERFLOW, read_overflow },
    { "height", LOOK_HEIGHT, read_length },
    { "max-height", LOOK_MAX_HEIGHT, read_length },
    { "width", LOOK_WIDTH, read_length },
    { "max-width", LOOK_MAX_WIDTH, read_length },
    { "position", LOOK_POSITION, read_position },
    { "left", LOOK_OFFSET, read_length },
    { "top", LOOK_OFFSET, read_length },
    { "right", LOOK_OFFSET, read_length },
    { "bottom", LOOK_OFFSET, read_length },
    { "margin-left", LOOK_INDENT, read_length },
    { "margin-top", LOOK_INDENT, read_length },
    { "text-indent", LOOK_INDENT, read_length },
    { "clip", LOOK_CLIP, read_clip },
    { "clip-path", LOOK_CLIP, read_clip },
};

static bool
is_before (const LookSlot *slot, const LookSlot *upper, bool by_order)
{
    if (!slot->set)
        return true;
    if (slot->important != upper->important)
        return upper->important;
    return !by_order || upper->order >= slot->order;
}

/* Of two offsets the farther counts: "left:-9999px;top:0". */
static void
put (LookRule *rule, LookProperty property, LookSlot slot)
{
    LookSlot *old = &rule->slots[property];
    bool farther = property == LOOK_OFFSET || property == LOOK_INDENT;

    slot.set = true;
    if (farther && old->set && old->order == slot.order && old->number < slot.number)
        return;
    if (is_before (old, &slot, true))
        *old = slot;
}

/* A trimmed word in lower case; what does not fit into it is no word of interest. */
static void
copy_word (char *word, const char *text, size_t length)
{
    length = MIN (length, LONGEST_WORD);
    for (size_t i = 0; i < length; i++)
        word[i] = g_ascii_isspace (text[i]) ? ' ' : g_ascii_tolower (text[i]);
    word[length] = '\0';
}

static bool
names_picture (const char *value, size_t length)
{
    return memmem (value, length, "(", 1) &&
           (memmem (value, length, "url", 3) || memmem (value, length, "URL", 3) ||
            memmem (value, length, "gradient", 8) || memmem (value, length, "image", 5));
}

static bool
read_property (LookRule *rule, const char *name, const char *raw, size_t length, LookSlot slot)
{
    char value[LONGEST_WORD + 1];

    if (*name == 'b' && g_str_has_prefix (name, "background")) {
        LookSlot picture = slot;
        picture.number = names_picture (raw, length);
        put (rule, LOOK_IMAGE, picture);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (readers); i++) {
        if (*name != *readers[i].name || strcmp (name, readers[i].name) != 0)
            continue;
        copy_word (value, raw, length);
        if (readers[i].read (value, &slot)) {
            put (rule, readers[i].property, slot);
            return true;
        }
    }
    return strcmp (name, "background-image") == 0;
}

bool
look_read (LookRule *rule, const char *css, size_t length, unsigned order)
{
    CssDeclaration declaration;
    char name[LONGEST_WORD + 1];
    size_t position = 0;
    bool found = false;

    while (css_next_declaration (css, length, &position, &declaration)) {
        LookSlot slot = { .important = declaration.important, .order = order };
        copy_word (name, css + declaration.name, declaration.name_length);
        found |=
            read_property (rule, name, css + declaration.value, declaration.value_length, slot);
    }
    return found;
}

void
look_set (LookRule *rule, LookProperty property, const char *value, size_t length)
{
    char word[LONGEST_WORD + 2] = "#";
    LookSlot slot = { .number = 1 };

    copy_word (word + 1, value, length);
    g_strstrip (word + 1);
    if (property == LOOK_TEXT || property == LOOK_BACKGROUND)
        if (!read_colour (word + 1, &slot) && !read_colour (word, &slot))
            return;
    put (rule, property, slot);
}

void
look_merge (LookRule *rule, const LookRule *upper, bool by_order)
{
    for (unsigned i = 0; i < LOOK_PROPERTIES; i++)
        if (upper->slots[i].set && is_before (&rule->slots[i], &upper->slots[i], by_order))
            rule->slots[i] = upper->slots[i];
}

static bool
is_on (const LookRule *rule, LookProperty property)
{
    return rule->slots[property].set && rule->slots[property].number > 0;
}

static bool
is_at_most (const LookRule *rule, LookProperty property, double number)
{
    return rule->slots[property].set && rule->slots[property].number <= (float)number;
}

/* A part of the parent is nothing only when it is none of it. */
static bool
is_thin (const LookRule *rule, LookProperty property)
{
    return is_at_most (rule, property, rule->slots[property].relative ? 0 : SMALLEST);
}

static bool
has_no_room (const LookRule *rule)
{
    if (is_at_most (rule, LOOK_MAX_HEIGHT, 0))
        return true;
    return is_on (rule, LOOK_OVERFLOW) &&
           (is_thin (rule, LOOK_HEIGHT) || is_thin (rule, LOOK_MAX_HEIGHT) ||
            is_thin (rule, LOOK_WIDTH) || is_thin (rule, LOOK_MAX_WIDTH));
}

static double
far_away (const LookSlot *slot)
{
    return slot->relative ? FAR_AWAY / USUAL_SIZE : FAR_AWAY;
}

static bool
is_removed (const LookRule *rule)
{
    const LookSlot *slots = rule->slots;

    return is_on (rule, LOOK_DISPLAY) || is_on (rule, LOOK_MSO_HIDE) ||
           is_at_most (rule, LOOK_OPACITY, FAINTEST) || has_no_room (rule) ||
           is_on (rule, LOOK_CLIP) ||
           is_at_most (rule, LOOK_INDENT, far_away (&slots[LOOK_INDENT])) ||
           (is_on (rule, LOOK_POSITION) &&
            is_at_most (rule, LOOK_OFFSET, far_away (&slots[LOOK_OFFSET])));
}

static void
switch_bit (Look *look, unsigned bit, bool on)
{
    look->hidden = on ? look->hidden | bit : look->hidden & ~bit;
}

static void
apply_background (Look *look, const LookRule *rule)
{
    const LookSlot *colour = &rule->slots[LOOK_BACKGROUND];

    if (colour->set && (int)colour->number != COLOUR_TRANSPARENT)
        look->background = (int)colour->number;
    if (is_on (rule, LOOK_IMAGE))
        look->background = COLOUR_UNKNOWN;
}

Look
look_apply (const Look *parent, const LookRule *rule)
{
    Look look = *parent;
    const LookSlot *size = &rule->slots[LOOK_SIZE];

    if (is_removed (rule))
        look.hidden |= HIDDEN_REMOVED;
    if (rule->slots[LOOK_VISIBILITY].set)
        switch_bit (&look, HIDDEN_INVISIBLE, is_on (rule, LOOK_VISIBILITY));
    if (size->set)
        look.size = size->relative ? look.size * (double)size->number : (double)size->number;
    if (rule->slots[LOOK_TEXT].set)
        look.text = (int)rule->slots[LOOK_TEXT].number;
    apply_background (&look, rule);
    switch_bit (&look, HIDDEN_TINY, look.size <= SMALLEST);
    switch_bit (&look, HIDDEN_BLENDED, colour_blends (look.text, look.background));
    return look;
}
