/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_REFERENCES_H
#define MESSAGE_REFERENCES_H

/* See references_names.c. */
extern const char *const references_names[];
extern const unsigned references_count;

#endif
