/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_STORE_PERSONS_H
#define TESTS_STORE_PERSONS_H

#include "licet/contacts.h"

/* Somebody with one address. */
#define WHO(name) ((const char *const[]){ name, NULL })

/* For every engine of the contacts, on one that is empty: what went to any of a person's addresses counts
 * for all, a message once, and each address gives back its own place. */
void persons_check (Contacts *contacts);

#endif
