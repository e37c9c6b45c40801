/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_LOADER_H
#define LICET_POLICY_LOADER_H

#include "cases.h"

/* A directory of policies while it is being read. */
typedef struct {
    PolicySet *set;
    GPtrArray *files;  /* of Conffile: places of problems found after reading */
    GHashTable *nodes; /* Rule, Territory or Exception -> ConfNode */
    GChecksum *checksum;
    GPtrArray *problems;
    const ConfNode *main; /* root of licet-policy.cfg; NULL when it could not be read */
    GArray *places;     /* of CasePlace */
    GHashTable *broken; /* ids of rules and codes of territories that could not be read */
} Loader;

/* Inheritance, once all files are read: gives each territory its rules, and adds the problems. */
void links_resolve (Loader *loader);

/* Adds a warning when everybody may write the file. */
void loader_warn_of_writers (Loader *loader, const char *path);

#endif
