/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * gumbo as the judge of a cut: a cut is right when it removes nodes and changes nothing else,
 * in the eyes of a parser that does what browsers do. Trees are walked without recursion.
 */

#include "judge.h"

#include <gumbo.h>
#include <string.h>

#include "arena.h"
#include "marked.h"

/* One event of a walk over a tree. */
typedef struct {
    const GumboNode *node; /* NULL for text */
    bool end;              /* of an element */
    GString *text;
    size_t offset;
} Event;

typedef struct {
    const GumboNode *node;
    unsigned next;  /* child to visit */
    unsigned event; /* where its start stands */
    bool gone;      /* its start tag is cut */
} Visit;

typedef struct {
    const char *data;
    size_t length;
    Arena arena; /* all of the tree */
    GumboOutput *output;
    GArray *events;       /* of Event */
    GArray *path;         /* of Visit */
    size_t offset;        /* of the last node that had a place in the source */
    const GArray *ranges; /* of CutRange; NULL for the tree of the result */
    const Squeezed *page; /* whose marks are to be met (squeeze.h); in the result only blocks */
    unsigned texts_met;   /* squeezed texts that stand in text */
    unsigned values_met;  /* and values in values */
    unsigned comments_met, tags_met, enclosed_met, blocks_met;
    bool *met;  /* by range: a replacement that stands in an attribute value */
    bool split; /* a range cuts through a tag, a text or a comment, first at: */
    size_t split_offset;
} Walk;

/* max_errors: each error that gumbo keeps holds a copy of the open tags, gigabytes on 60 kB. */
static void
parse (Walk *walk, GBytes *bytes)
{
    GumboOptions options = kGumboDefaultOptions;

    arena_init (&walk->arena);
    options.max_errors = 0;
    options.allocator = arena_allocate;
    options.deallocator = arena_free;
    options.userdata = &walk->arena;
    walk->data = g_bytes_get_data (bytes, &walk->length);
    if (!walk->data)
        walk->data = "";
    walk->output = gumbo_parse_with_options (&options, walk->data, walk->length);
    walk->events = g_array_new (FALSE, TRUE, sizeof (Event));
    walk->path = g_array_new (FALSE, TRUE, sizeof (Visit));
}

static void
clear_walk (Walk *walk)
{
    for (unsigned i = 0; i < walk->events->len; i++) {
        GString *text = g_array_index (walk->events, Event, i).text;
        if (text)
            g_string_free (text, TRUE);
    }
    g_array_unref (walk->events);
    g_array_unref (walk->path);
    g_free (walk->met);
    arena_clear (&walk->arena);
}

static bool
is_element (const GumboNode *node)
{
    return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
}

static const GumboVector *
children_of (const GumboNode *node)
{
    if (node->type == GUMBO_NODE_DOCUMENT)
        return &node->v.document.children;
    return is_element (node) ? &node->v.element.children : NULL;
}

static GumboStringPiece
source_of (const GumboNode *node)
{
    return is_element (node) ? node->v.element.original_tag : node->v.text.original_text;
}

static bool
is_table_context (const GumboNode *node)
{
    static const GumboTag tags[] = { GUMBO_TAG_TABLE, GUMBO_TAG_TBODY,    GUMBO_TAG_THEAD,
                                     GUMBO_TAG_TFOOT, GUMBO_TAG_COLGROUP, GUMBO_TAG_TR };

    for (unsigned i = 0; node->type == GUMBO_NODE_ELEMENT && i < G_N_ELEMENTS (tags); i++)
        if (node->v.element.tag == tags[i])
            return true;
    return false;
}

/* An element that gumbo put in and no tag wrote, such as tbody; not html, head and body, which
 * every document has. */
static bool
is_unwritten (const GumboNode *node)
{
    return node->type == GUMBO_NODE_ELEMENT && !node->v.element.original_tag.data &&
           is_table_context (node);
}

static void
add_text (Walk *walk, const char *text)
{
    Event event = { .offset = walk->offset };
    Event *last = walk->events->len > 0
                      ? &g_array_index (walk->events, Event, walk->events->len - 1)
                      : NULL;

    if (last && last->text) {
        g_string_append (last->text, text);
        return;
    }
    event.text = g_string_new (text);
    g_array_append_val (walk->events, event);
}

/* Where a piece of source stands; false for what gumbo made up. */
static bool
find_source (const Walk *walk, GumboStringPiece source, size_t *ret_start)
{
    if (!source.data || source.data < walk->data || source.data > walk->data + walk->length)
        return false;
    *ret_start = (size_t)(source.data - walk->data);
    return true;
}

/* Marks the replacements that stand in a value of one of the attributes. */
static void
meet_replacements (Walk *walk, const GumboVector *attributes)
{
    for (unsigned i = 0; i < attributes->length; i++) {
        const GumboAttribute *attribute = attributes->data[i];
        size_t start = 0;
        if (!find_source (walk, attribute->original_value, &start))
            continue;
        size_t end = start + attribute->original_value.length;
        for (unsigned r = cut_first_after (walk->ranges, start); r < walk->ranges->len; r++) {
            const CutRange *range = &g_array_index (walk->ranges, CutRange, r);
            if (range->end > end)
                break;
            walk->met[r] = range->with && range->start >= start;
        }
    }
}

/* How many of the values that are squeezed stand in quotes in a value of one of the attributes. */
static unsigned
count_values (const Walk *walk, const GumboVector *attributes)
{
    const GArray *values = walk->page->values;
    unsigned count = 0;

    for (unsigned i = 0; i < attributes->length; i++) {
        const GumboAttribute *attribute = attributes->data[i];
        size_t start = 0, end = attribute->original_value.length;
        if (end < SQUEEZE_MARK_SIZE ||
            squeeze_is_known (attribute->name, strlen (attribute->name)) ||
            !find_source (walk, attribute->original_value, &start) ||
            (walk->data[start] != '"' && walk->data[start] != '\''))
            continue;
        end += start;
        unsigned low = 0, high = values->len;
        while (low < high) {
            unsigned middle = low + (high - low) / 2;
            if (g_array_index (values, size_t, middle) < start)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < values->len && g_array_index (values, size_t, low) < end; low++)
            count++;
    }
    return count;
}

/* Whether gumbo opened a formatting element again, so that its source has become several nodes. */
static bool
is_copy (const GumboNode *node)
{
    return (node->parse_flags & (GUMBO_INSERTION_RECONSTRUCTED_FORMATTING_ELEMENT |
                                 GUMBO_INSERTION_ADOPTION_AGENCY_CLONED)) != 0;
}

/* Counts an element of which only the tags are left, when it has become what it was. */
static void
meet_marked (Walk *walk, const GumboNode *node)
{
    SqueezeKind kind = marked_kind (walk->page, node);

    if (kind == SQUEEZE_ELEMENT)
        walk->enclosed_met += node->v.element.children.length == 0;
    else if (kind == SQUEEZE_TAG)
        walk->tags_met += !is_copy (node);
    else if (kind != SQUEEZE_NOTHING)
        walk->blocks_met += marked_stands_free (node, kind);
}

/* Whether a range cuts through what stands here. */
static bool
is_split (const Walk *walk, size_t start, size_t end)
{
    for (unsigned r = cut_first_after (walk->ranges, start); r < walk->ranges->len; r++) {
        if (g_array_index (walk->ranges, CutRange, r).start >= MAX (end, start + 1))
            return false;
        if (!walk->met[r])
            return true;
    }
    return false;
}

/* Whether the node stands in a range of what is cut; keeps the place for the report. */
static bool
is_cut (Walk *walk, const GumboNode *node)
{
    GumboStringPiece source = source_of (node);
    size_t start = 0;
    bool touched = false;

    if (!find_source (walk, source, &start))
        return false;
    walk->offset = start;
    if (!walk->ranges)
        return false;
    if (cut_covers (walk->ranges, start, start + source.length, &touched) &&
        !g_array_index (walk->ranges, CutRange, cut_first_after (walk->ranges, start)).with)
        return true;
    if (touched && is_element (node))
        meet_replacements (walk, &node->v.element.attributes);
    if (touched && !walk->split && is_split (walk, start, start + source.length)) {
        walk->split = true;
        walk->split_offset = start;
    }
    return false;
}

/* What stands in an element whose tag goes must go too: if a result has lost it, it was not the
 * cut that was asked for. */
static void
visit_gone (Walk *walk, const GumboNode *node)
{
    Visit next = { .node = node, .gone = true };
    GumboStringPiece source = source_of (node);
    size_t start = 0;
    bool touched = false;

    if (node->type != GUMBO_NODE_WHITESPACE && find_source (walk, source, &start) &&
        !cut_covers (walk->ranges, start, start + source.length, &touched) && !walk->split) {
        walk->split = true;
        walk->split_offset = start;
    }
    if (children_of (node))
        g_array_append_val (walk->path, next);
}

static void
visit (Walk *walk, const GumboNode *node)
{
    Visit next = { .node = node, .event = walk->events->len };
    Event event = { .node = node };
    const Visit *parent =
        walk->path->len > 0 ? &g_array_index (walk->path, Visit, walk->path->len - 1) : NULL;

    if ((parent && parent->gone) ||
        (node->type != GUMBO_NODE_DOCUMENT && is_cut (walk, node))) {
        visit_gone (walk, node);
        return;
    }
    if (node->type == GUMBO_NODE_WHITESPACE && parent && is_table_context (parent->node))
        return;
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA) {
        add_text (walk, node->v.text.text);
        if (walk->ranges)
            walk->texts_met += marked_count (walk->page, node->v.text.text, SQUEEZE_TEXT);
        return;
    }
    event.offset = walk->offset;
    g_array_append_val (walk->events, event);
    if (node->type == GUMBO_NODE_COMMENT && walk->ranges)
        walk->comments_met += marked_count (walk->page, node->v.text.text, SQUEEZE_COMMENT);
    if (is_element (node))
        meet_marked (walk, node);
    if (is_element (node) && walk->ranges && walk->page->values->len > 0 && !is_copy (node))
        walk->values_met += count_values (walk, &node->v.element.attributes);
    if (children_of (node))
        g_array_append_val (walk->path, next);
}

/* All children are seen. */
static void
leave (Walk *walk, const Visit *visited)
{
    Event event = { .node = visited->node, .end = true, .offset = walk->offset };

    if (visited->gone)
        return;
    if (is_unwritten (visited->node) && walk->events->len == visited->event + 1)
        g_array_set_size (walk->events, visited->event);
    else
        g_array_append_val (walk->events, event);
}

static void
walk_tree (Walk *walk)
{
    visit (walk, walk->output->document);
    while (walk->path->len > 0) {
        Visit *top = &g_array_index (walk->path, Visit, walk->path->len - 1);
        const GumboVector *children = children_of (top->node);
        if (top->next < children->length) {
            visit (walk, children->data[top->next++]);
            continue;
        }
        Visit done = *top;
        g_array_set_size (walk->path, walk->path->len - 1);
        leave (walk, &done);
    }
}

/* The value as it stands in the source, with its replacements; NULL when it has none. */
static GString *
replaced_value (const Walk *walk, GumboStringPiece source)
{
    size_t start = 0;
    GString *value = NULL;

    if (!walk->ranges || !find_source (walk, source, &start))
        return NULL;
    size_t from = start, end = start + source.length;
    for (unsigned r = cut_first_after (walk->ranges, start); r < walk->ranges->len; r++) {
        const CutRange *range = &g_array_index (walk->ranges, CutRange, r);
        if (range->start < start || range->end > end)
            break;
        value = value ? value : g_string_new (NULL);
        g_string_append_len (value, walk->data + from, (gssize)(range->start - from));
        g_string_append (value, range->with ? range->with : "");
        from = range->end;
    }
    if (value)
        g_string_append_len (value, walk->data + from, (gssize)(end - from));
    return value;
}

static bool
is_same_attribute (const Walk *before, const GumboAttribute *a, const GumboAttribute *b)
{
    if (a->attr_namespace != b->attr_namespace || strcmp (a->name, b->name) != 0)
        return false;
    GString *want = replaced_value (before, a->original_value);
    if (!want)
        return strcmp (a->value, b->value) == 0;
    bool same = b->original_value.data && want->len == b->original_value.length &&
                memcmp (want->str, b->original_value.data, want->len) == 0;
    g_string_free (want, TRUE);
    return same;
}

static bool
is_same_tag (const Walk *before, const GumboElement *a, const GumboElement *b)
{
    GumboStringPiece first = a->original_tag, second = b->original_tag;

    if (a->tag != b->tag || a->tag_namespace != b->tag_namespace ||
        a->attributes.length != b->attributes.length)
        return false;
    if (a->tag == GUMBO_TAG_UNKNOWN) {
        gumbo_tag_from_original_text (&first);
        gumbo_tag_from_original_text (&second);
        if (first.length != second.length ||
            g_ascii_strncasecmp (first.data, second.data, first.length) != 0)
            return false;
    }
    for (unsigned i = 0; i < a->attributes.length; i++)
        if (!is_same_attribute (before, a->attributes.data[i], b->attributes.data[i]))
            return false;
    return true;
}

static bool
is_same_document (const GumboDocument *a, const GumboDocument *b)
{
    return a->has_doctype == b->has_doctype &&
           a->doc_type_quirks_mode == b->doc_type_quirks_mode && strcmp (a->name, b->name) == 0;
}

static bool
is_same_event (const Walk *before, const Event *a, const Event *b)
{
    if (a->end != b->end || !a->text != !b->text)
        return false;
    if (a->text)
        return g_string_equal (a->text, b->text);
    if (a->node->type != b->node->type)
        return false;
    if (is_element (a->node))
        return is_same_tag (before, &a->node->v.element, &b->node->v.element);
    if (a->node->type == GUMBO_NODE_DOCUMENT)
        return is_same_document (&a->node->v.document, &b->node->v.document);
    return strcmp (a->node->v.text.text, b->node->v.text.text) == 0;
}

static bool
compare (const Walk *before, const Walk *after, size_t *ret_offset)
{
    unsigned common = MIN (before->events->len, after->events->len);

    for (unsigned i = 0; i < common; i++) {
        const Event *event = &g_array_index (before->events, Event, i);
        if (is_same_event (before, event, &g_array_index (after->events, Event, i)))
            continue;
        *ret_offset = event->offset;
        return false;
    }
    *ret_offset = before->offset;
    return before->events->len == after->events->len;
}

/* A replacement that is in no value would be in a tag or a text. */
static void
check_met (Walk *walk)
{
    for (unsigned r = 0; !walk->split && r < walk->ranges->len; r++) {
        const CutRange *range = &g_array_index (walk->ranges, CutRange, r);
        walk->split = range->with && !walk->met[r];
        walk->split_offset = range->start;
    }
}

/* Whether what is squeezed is all found where it ought to stand. */
static bool
is_sure (const Walk *walk, const Squeezed *page)
{
    return walk->texts_met == page->texts && walk->values_met == page->values->len &&
           walk->comments_met == page->comments && walk->tags_met == page->tags &&
           walk->enclosed_met == page->enclosed && walk->blocks_met == page->blocks;
}

/* Blocks depend on what stands around them, which the cut may change. */
static JudgeVerdict
judge (const Squeezed *page, size_t *ret_offset)
{
    Walk first = { .page = page, .ranges = page->ranges }, second = { .page = page };
    JudgeVerdict verdict = JUDGE_UNSURE;

    parse (&first, page->before);
    first.met = g_new0 (bool, page->ranges->len);
    walk_tree (&first);
    if (is_sure (&first, page)) {
        parse (&second, page->after);
        walk_tree (&second);
        check_met (&first);
        bool same = compare (&first, &second, ret_offset) && !first.split;
        if (first.split)
            *ret_offset = first.split_offset;
        if (second.blocks_met == page->blocks)
            verdict = same ? JUDGE_RIGHT : JUDGE_WRONG;
        clear_walk (&second);
    }
    clear_walk (&first);
    return verdict;
}

JudgeVerdict
judge_cut_at (GBytes *before, const GArray *ranges, GBytes *after, SqueezeDepth depth,
              size_t *ret_offset)
{
    g_autoptr (Squeezed) page = squeeze_new (before, ranges, after, depth);
    JudgeVerdict verdict = judge (page, ret_offset);

    if (verdict != JUDGE_UNSURE)
        *ret_offset = squeeze_place (page, *ret_offset);
    return verdict;
}

bool
judge_cut (GBytes *before, const GArray *ranges, GBytes *after, size_t *ret_offset)
{
    JudgeVerdict verdict = JUDGE_UNSURE;

    for (int depth = SQUEEZE_BLOCKS; verdict == JUDGE_UNSURE && depth > SQUEEZE_WORDS; depth--)
        verdict = judge_cut_at (before, ranges, after, (SqueezeDepth)depth, ret_offset);
    if (verdict == JUDGE_UNSURE)
        return judge_cut_whole (before, ranges, after, ret_offset);
    return verdict == JUDGE_RIGHT;
}

bool
judge_cut_whole (GBytes *before, const GArray *ranges, GBytes *after, size_t *ret_offset)
{
    return judge_cut_at (before, ranges, after, SQUEEZE_WORDS, ret_offset) == JUDGE_RIGHT;
}
