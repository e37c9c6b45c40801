/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_TEXTS_H
#define WEB_TEXTS_H

#include <glib.h>

/*
 * What the pages say, in each language. What a person was shown is part of the proof of what they
 * did: a language's version is a hash of all its texts, so that no change of them is forgotten.
 */
typedef enum {
    TEXT_UNSUBSCRIBE,   /* heading and button */
    TEXT_ABOUT_TO_STOP, /* followed by the kind of mail; takes the masked address */
    TEXT_STILL_COMES,
    TEXT_MORE,
    TEXT_DONE,
    TEXT_STOPPED, /* takes the masked address; followed by the kinds */
    TEXT_CHOICES,
    TEXT_CHOICES_FOR, /* takes the masked address */
    TEXT_STOP_THESE,
    TEXT_ALREADY_STOPPED,
    TEXT_SAVE,
    TEXT_STOP_ALL,
    TEXT_STOP_ALL_NOTE,
    TEXT_NOTHING_CHOSEN,
    TEXT_IMPRINT,
    TEXT_BAD_LINK,
    TEXT_BAD_LINK_NOTE,
    TEXT_NOT_FOUND,
    TEXT_NOT_FOUND_NOTE,
    TEXT_BAD_REQUEST,
    TEXT_BAD_REQUEST_NOTE,
    TEXT_TOO_MANY,
    TEXT_TOO_MANY_NOTE,
    TEXT_NOT_YET,
    TEXT_NOT_YET_NOTE,
    /* kinds of mail, in the order of their purposes */
    TEXT_NEWSLETTER,
    TEXT_OFFER,
    TEXT_CROSS_SELL,
    TEXT_REACTIVATION,
    TEXT_CART_REMINDER,
    TEXT_SURVEY,
    TEXT_EVENT,
    TEXT_REFERRAL,
    TEXT_WELCOME,
    TEXT_TRACKING,
    TEXT_ALL,
    TEXT_COUNT,
} TextId;

typedef struct {
    const char *language; /* BCP 47 */
    const char *texts[TEXT_COUNT];
} Texts;

/* The languages, ended by a NULL language; English first. */
extern const Texts web_texts[];

/* That of a person (BCP 47, or NULL), else the best of an Accept-Language field (RFC 9110 12.5.4,
 * or NULL), else English. */
const Texts *texts_choose (const char *language, const char *accept_language);

/* "licet-web de 3f2a9c01". Caller frees. */
char *texts_version (const Texts *texts);

/* The name of a purpose, of "*" or of "tracking". */
const char *texts_purpose (const Texts *texts, const char *purpose);

#endif
