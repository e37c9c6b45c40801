/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONFIG_UNKNOWN_H
#define LICET_CONFIG_UNKNOWN_H

/*
 * The problem of a setting that nobody knows: which one may be meant, and all that are known, or the
 * manual that has them where they are many; manual: NULL for none. names ends with NULL. Caller frees.
 */
char *unknown_setting (const char *const names[], const char *given, const char *manual);

#endif
