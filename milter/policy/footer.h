/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_FOOTER_H
#define LICET_POLICY_FOOTER_H

#include "rules.h"

/* What a footer says in one language. */
typedef struct {
    char *language;    /* "de" */
    char *reason;      /* why the recipient gets the mail, or NULL */
    char *unsubscribe; /* the words of the link */
} FooterTexts;

FooterTexts *footer_texts_read (const ConfNode *node, GPtrArray *problems);
void footer_texts_free (FooterTexts *texts);

/* What a footer has. */
typedef struct {
    char **legal_texts; /* in the law's own words, first */
    bool sender;        /* who sends, and the link to unsubscribe */
} FooterParts;

/* The two forms of a footer for a recipient; NULL with *ret_why when there is nothing to make it
 * of. Caller frees. html is ASCII. */
Footer *footer_make (const RuleView *view, const FooterParts *parts, const char **ret_why);

/* Notes in a violated result that a footer would mend it, where one can be made. */
void footer_offer (const RuleView *view, RuleResult *result);

/* The address at which this recipient unsubscribes, by the sender's template; NULL when the
 * profile has none. Caller frees. */
char *footer_unsubscribe_url (const RuleView *view);
/* The same as a value of List-Unsubscribe, with the profile's mailbox after it (RFC 2369 3.2);
 * folded. Caller frees. */
char *footer_list_unsubscribe (const RuleView *view);

#endif
