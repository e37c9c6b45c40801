/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_RESOURCES_H
#define LICET_POLICY_RESOURCES_H

#include "footer.h"
#include "registry.h"
#include "wordlist.h"

#include "licet/conffile.h"

/* What licet-policy.cfg names beside rules, for the rules to ask: registries, what people have
 * attested, which fixes are switched on, the words of each language, the texts of the footer. */
typedef struct Resources Resources;

extern const char *const resource_fix_words[];

/* dir: of the policies; names of files that are not absolute start there. ways: unsubscribe_words. */
Resources *resources_read (const ConfNode *root, const char *dir, const WordList *ways,
                           GPtrArray *problems);
/* The words of one language, from the root of its file. Problems of it are for classify. */
void resources_add_words (Resources *resources, const ConfNode *root);
void resources_free (Resources *resources);

/* Those of an installation in which nobody has set up anything: no registry, attestation or footer,
 * every fix switched on, the same words. Caller frees. */
Resources *resources_bare (const Resources *resources);

/* NULL when licet-policy.cfg names none. */
const Registry *resources_registry (const Resources *resources, const char *name);
/* Who attested that the duty of a rule is met, and when: "A. Lee on 2026-11-01"; NULL. */
const char *resources_attestation (const Resources *resources, const char *rule);
bool resources_fixes (const Resources *resources, const char *fix);
/* The words that say unsubscribe in a language ("ko"), or NULL when it has no file. */
const WordList *resources_unsubscribe (const Resources *resources, const char *language);
/* The texts of the footer in a language, else in English, else NULL. */
const FooterTexts *resources_footer (const Resources *resources, const char *language);

#endif
