/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_MEND_H
#define MESSAGE_MEND_H

#include <glib.h>
#include <stdbool.h>

/* The value that a header field has to get so that no hop changes it, as in HeaderField; NULL when
 * it stays. eightbit: 8-bit bytes go too. *ret_left is set, to be freed, to what is still wrong
 * with the field, else to NULL. */
char *mend_value (const char *name, const char *value, bool eightbit, char **ret_left);

#endif
