/* SPDX-License-Identifier: BSD-2-Clause */

/* What licet-policy.cfg says of blocks and tracking, for all senders and for each. */

#include "hints.h"

#include <string.h>

#include "licet/address.h"
#include "licet/limits.h"

const char *const block_detection_words[] = {
    [DETECT_CUT] = "cut",
    [DETECT_TAG] = "tag",
    [DETECT_OFF] = "off",
    NULL,
};

const char *const marked_transaction_words[] = {
    [MARKED_CUT] = "cut",
    [MARKED_TAG] = "tag",
    NULL,
};

static const ConfField tracking_fields[] = {
    { "pixel_hosts", CONF_STRINGS, false, 0, 0, NULL },
    { "pixel_patterns", CONF_STRINGS, false, 0, 0, NULL },
    { "link_hosts", CONF_STRINGS, false, 0, 0, NULL },
    { "link_parameters", CONF_STRINGS, false, 0, 0, NULL },
    { "campaign_parameters", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static char **
read_list (const ConfNode *group, const char *name, GPtrArray *problems)
{
    char **texts = conf_strings (group, name);

    if (g_strv_length (texts) <= LIMIT_POLICY_LIST)
        return texts;
    conf_problem (problems, conf_item (conf_child (group, name), LIMIT_POLICY_LIST),
                  "%s has more than %d entries", name, LIMIT_POLICY_LIST);
    g_strfreev (texts);
    return g_new0 (char *, 1);
}

static void
read_selectors (const ConfNode *group, const char *name, GPtrArray *selectors,
                GPtrArray *problems)
{
    const ConfNode *list = conf_child (group, name);
    g_auto (GStrv) texts = read_list (group, name, problems);

    for (unsigned i = 0; texts[i]; i++) {
        g_autoptr (GError) cause = NULL;
        Selector *selector = selector_parse (texts[i], &cause);
        g_autofree char *doubt = selector ? selector_doubt (selector) : NULL;
        if (selector)
            g_ptr_array_add (selectors, selector);
        if (!selector || doubt)
            conf_problem (problems, conf_item (list, i), "%s \"%s\": %s", name, texts[i],
                          doubt ? doubt : cause->message);
    }
}

/* The place of the group's word among the words; the first where it has none. */
static unsigned
read_word (const ConfNode *group, const char *name, const char *const *words)
{
    const char *word = conf_string (group, name, words[0]);

    for (unsigned i = 0; words[i]; i++)
        if (strcmp (words[i], word) == 0)
            return i;
    return 0;
}

/* What is protected is never selected, so that the other one would have no effect. */
static void
check_both (const ConfNode *group, GPtrArray *problems)
{
    g_auto (GStrv) promotional = conf_strings (group, "promotional_blocks");
    g_auto (GStrv) protected = conf_strings (group, "protected_blocks");
    const ConfNode *list = conf_child (group, "protected_blocks");

    for (unsigned i = 0; protected[i]; i++)
        if (g_strv_contains ((const char *const *)promotional, protected[i]))
            conf_problem (problems, conf_item (list, i),
                          "protected_blocks \"%s\" is one of promotional_blocks, too",
                          protected[i]);
}

BlockSelectors *
block_selectors_read (const ConfNode *group, GPtrArray *problems)
{
    BlockSelectors *selectors = g_new0 (BlockSelectors, 1);

    selectors->promotional = g_ptr_array_new_with_free_func ((GDestroyNotify)selector_free);
    selectors->protected = g_ptr_array_new_with_free_func ((GDestroyNotify)selector_free);
    read_selectors (group, "promotional_blocks", selectors->promotional, problems);
    read_selectors (group, "protected_blocks", selectors->protected, problems);
    selectors->has_detection = conf_has (group, "detect_blocks");
    selectors->detection =
        (BlockDetection)read_word (group, "detect_blocks", block_detection_words);
    selectors->has_marked = conf_has (group, "marked_transaction");
    selectors->marked =
        (MarkedTransaction)read_word (group, "marked_transaction", marked_transaction_words);
    check_both (group, problems);
    return selectors;
}

void
block_selectors_free (BlockSelectors *selectors)
{
    if (!selectors)
        return;
    g_ptr_array_unref (selectors->promotional);
    g_ptr_array_unref (selectors->protected);
    g_free (selectors);
}

/* One that holds for every address, such as "" or "*", would take all pictures and links away. */
static char **
read_globs (const ConfNode *group, const char *name, GPtrArray *problems)
{
    char **globs = read_list (group, name, problems);

    for (unsigned i = 0; globs[i]; i++)
        if (!globs[i][strspn (globs[i], "*?./")])
            conf_problem (problems, conf_item (conf_child (group, name), i),
                          "%s \"%s\" is no pattern; right would be \"/open/*\" or \"utm_*\"",
                          name, globs[i]);
    return globs;
}

/* They are compared with path and query as a whole. */
static char **
read_paths (const ConfNode *group, const char *name, GPtrArray *problems)
{
    char **globs = read_globs (group, name, problems);

    for (unsigned i = 0; globs[i]; i++)
        if (!strchr ("/*?", *globs[i]))
            conf_problem (problems, conf_item (conf_child (group, name), i),
                          "%s \"%s\" is compared with path and query, so it must begin with "
                          "\"/\" or \"*\"",
                          name, globs[i]);
    return globs;
}

/* As A-labels, the form in which the hosts of a page are compared. NULL when it is no host. */
static char *
read_host (const char *text)
{
    if (!text[strspn (text, ".")] || strpbrk (text, "/:*?@ "))
        return NULL;
    return g_str_is_ascii (text) ? g_strdup (text) : address_domain_ascii (text, NULL);
}

/* A leading dot stays. */
static char **
read_hosts (const ConfNode *group, const char *name, GPtrArray *problems)
{
    char **hosts = read_list (group, name, problems);

    for (unsigned i = 0; hosts[i]; i++) {
        bool below = hosts[i][0] == '.';
        g_autofree char *host = read_host (hosts[i] + below);
        if (!host) {
            conf_problem (problems, conf_item (conf_child (group, name), i),
                          "%s \"%s\" is no host; right would be \"click.example\" or "
                          "\".links.example\"",
                          name, hosts[i]);
            continue;
        }
        g_free (hosts[i]);
        hosts[i] = g_strconcat (below ? "." : "", host, NULL);
    }
    return hosts;
}

TrackingPatterns *
tracking_patterns_read (const ConfNode *root, GPtrArray *problems)
{
    const ConfNode *group = conf_child (root, "tracking");

    if (!group || !conf_check (group, tracking_fields, problems))
        return NULL;
    TrackingPatterns *patterns = g_new0 (TrackingPatterns, 1);
    patterns->pixel_hosts = read_hosts (group, "pixel_hosts", problems);
    patterns->pixel_patterns = read_paths (group, "pixel_patterns", problems);
    patterns->link_hosts = read_hosts (group, "link_hosts", problems);
    patterns->link_parameters = read_globs (group, "link_parameters", problems);
    patterns->campaign_parameters = read_globs (group, "campaign_parameters", problems);
    return patterns;
}

void
tracking_patterns_free (TrackingPatterns *patterns)
{
    if (!patterns)
        return;
    g_strfreev (patterns->pixel_hosts);
    g_strfreev (patterns->pixel_patterns);
    g_strfreev (patterns->link_hosts);
    g_strfreev (patterns->link_parameters);
    g_strfreev (patterns->campaign_parameters);
    g_free (patterns);
}

static void
extend (GPtrArray *all, const GPtrArray *some)
{
    for (unsigned i = 0; i < some->len; i++)
        g_ptr_array_add (all, g_ptr_array_index (some, i));
}

Hints *
hints_new (const BlockSelectors *general, const BlockSelectors *own,
           const TrackingPatterns *tracking)
{
    Hints *hints = g_new0 (Hints, 1);

    hints->promotional = g_ptr_array_new ();
    hints->protected = g_ptr_array_new ();
    hints->tracking = tracking;
    hints->detection = own && own->has_detection ? own->detection : general->detection;
    hints->marked = own && own->has_marked ? own->marked : general->marked;
    extend (hints->promotional, general->promotional);
    extend (hints->protected, general->protected);
    if (own) {
        extend (hints->promotional, own->promotional);
        extend (hints->protected, own->protected);
    }
    return hints;
}

void
hints_free (Hints *hints)
{
    if (!hints)
        return;
    g_ptr_array_unref (hints->promotional);
    g_ptr_array_unref (hints->protected);
    g_free (hints);
}
