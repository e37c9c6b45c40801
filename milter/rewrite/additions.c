/* SPDX-License-Identifier: BSD-2-Clause */

/* What is added to a mail so that it need not be refused. */

#include "additions.h"

#include <string.h>

#include "label.h"

/* The first rule of a kind whose fix is due and says what to add; NULL when there is none. */
static const RuleResult *
find_due (const Decision *decision, const char *kind)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (result->action == ACTION_FIX && result->mode == MODE_ENFORCE && !result->cured &&
            result->fix && strcmp (result->kind, kind) == 0)
            return result;
    }
    return NULL;
}

static void
add_label (const Message *message, const RuleResult *result, GPtrArray *edits)
{
    int field = message_find_field (message, "Subject");
    const char *old = field < 0 ? NULL : message_field (message, (unsigned)field)->value;
    g_autofree char *value = label_put (result->fix, old);

    g_ptr_array_add (edits,
                     edit_header_new (old ? EDIT_HEADER_REPLACE : EDIT_HEADER_INSERT, "label",
                                      old ? (unsigned)field : 0, "Subject", value, result->id));
}

/* A field with a flaw would be read beside the new one, so every one of that name goes. */
static void
put_field (const Message *message, const char *why, const char *name, const char *value,
           const char *rule, GPtrArray *edits)
{
    for (unsigned i = 0; i < message_field_count (message); i++)
        if (g_ascii_strcasecmp (message_field (message, i)->name, name) == 0)
            g_ptr_array_add (edits,
                             edit_header_new (EDIT_HEADER_REMOVE, why, i,
                                              message_field (message, i)->name, NULL, rule));
    g_ptr_array_add (edits, edit_header_new (EDIT_HEADER_INSERT, why, 0, name, value, rule));
}

/* RFC 8058 3.1. */
static void
add_list_unsubscribe (const Message *message, const RuleResult *result, GPtrArray *edits)
{
    put_field (message, "list-unsubscribe", "List-Unsubscribe", result->fix, result->id, edits);
    put_field (message, "list-unsubscribe", "List-Unsubscribe-Post",
               "List-Unsubscribe=One-Click", result->id, edits);
}

/* Before the line end that ends the text, so that a last line stays one. */
static size_t
text_end (const Leaf *leaf)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    while (length >= 2 && data[length - 1] == '\n' && data[length - 2] == '\r')
        length -= 2;
    return length;
}

/* Before the end of the page's body, else at the end of what there is. */
static size_t
page_end (const Message *message, unsigned leaf)
{
    for (unsigned i = 0; i < message_element_count (message, leaf); i++) {
        const LeafElement *element = message_element (message, leaf, i);
        if (strcmp (element->name, "body") == 0 && element->whole)
            return element->inner_end;
    }
    return text_end (message_leaf (message, leaf));
}

static void
add_footer_to (const Message *message, unsigned number, const Footer *footer, const char *rule,
               GPtrArray *edits)
{
    const Leaf *leaf = message_leaf (message, number);
    bool plain = leaf->kind == LEAF_PLAIN;
    size_t at = !leaf->content ? 0 : plain ? text_end (leaf) : page_end (message, number);
    const char *text = plain ? footer->plain : footer->html;
    g_autofree char *room = message_make_room (message, number, text, "footer", rule, edits);
    g_autofree char *where =
        g_strdup_printf ("%s %s, at its end, in %s%s%s", leaf->type, leaf->path,
                         footer->language, room ? ", " : "", room ? room : "");

    g_ptr_array_add (edits, edit_insert_new ("footer", number, at, text, where, rule));
}

/* In what a reader sees first and in each other form of it. A leaf that must not be edited gets
 * its edit all the same, and the copy is refused when it is made. */
static void
add_footer (const Message *message, const Decision *decision, const char *rule,
            GPtrArray *edits)
{
    int main_leaf = message_main_leaf (message);

    for (unsigned i = 0; main_leaf >= 0 && i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        bool text = leaf->kind != LEAF_OTHER && !leaf->attachment;
        if (text &&
            ((int)i == main_leaf || message_is_alternative (message, i, (unsigned)main_leaf)))
            add_footer_to (message, i, decision->footer, rule, edits);
    }
}

static const RuleResult *
find_footer_rule (const Decision *decision)
{
    static const char *const kinds[] = { "unsubscribe", "sender-identity", "required-text" };
    const RuleResult *result = NULL;

    for (unsigned i = 0; !result && i < G_N_ELEMENTS (kinds); i++)
        result = find_due (decision, kinds[i]);
    return result;
}

void
additions_edit (const Message *message, const Decision *decision, GPtrArray *edits)
{
    const RuleResult *label = find_due (decision, "subject-label");
    const RuleResult *list = find_due (decision, "list-unsubscribe");
    const RuleResult *reply = find_due (decision, "reply-address");
    const RuleResult *footer = find_footer_rule (decision);

    if (label)
        add_label (message, label, edits);
    if (list)
        add_list_unsubscribe (message, list, edits);
    if (reply)
        put_field (message, "reply-to", "Reply-To", reply->fix, reply->id, edits);
    if (footer && decision->footer)
        add_footer (message, decision, footer->id, edits);
}
