/* SPDX-License-Identifier: BSD-2-Clause */

/* What a company asks of itself, wherever the recipient is. */

#include "house.h"

#include "provider.h"

static const ConfField fields[] = {
    { "name", CONF_STRING, false, 0, 0, NULL },
    { "rules", CONF_GROUPS, true, 0, 0, NULL },
    { "exceptions", CONF_GROUPS, false, 0, 0, NULL },
    { "tests", CONF_GROUPS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

Territory *
house_read (const ConfNode *root, GHashTable *nodes, GPtrArray *problems)
{
    if (!conf_check (root, fields, problems))
        return NULL;
    Territory *house = territory_new (HOUSE, conf_string (root, "name", "the house"));
    const ConfNode *rules = conf_child (root, "rules");
    for (unsigned i = 0; i < conf_count (rules); i++)
        if (conf_has (conf_item (rules, i), "hosted"))
            conf_problem (problems, conf_child (conf_item (rules, i), "hosted"),
                          "hosted is for the rules of mailbox providers");
    territory_read_rules (house, rules, nodes, problems);
    return house;
}

void
house_join (const GPtrArray *house, const GPtrArray *territories)
{
    if (house->len == 0)
        return;
    const Territory *own = g_ptr_array_index (house, 0);
    for (unsigned i = 0; i < territories->len; i++) {
        Territory *territory = g_ptr_array_index (territories, i);
        for (unsigned j = 0; j < own->own->len; j++)
            g_ptr_array_add (territory->rules, g_ptr_array_index (own->own, j));
        for (unsigned j = 0; j < own->own_exceptions->len; j++)
            g_ptr_array_add (territory->exceptions, g_ptr_array_index (own->own_exceptions, j));
    }
}
